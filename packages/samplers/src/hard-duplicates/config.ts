import type { z } from 'zod';
import { mochiConfig } from '../mochi/config.js';

/** MoCHi's options without the ranges of weights: nothing is mixed. */
export const hardDuplicatesConfig = mochiConfig.omit({ alpha: true, beta: true });
export type HardDuplicatesConfig = z.infer<typeof hardDuplicatesConfig>;
