import { mochiConfig } from '../mochi/config.js';
import type { z } from 'zod';

/** MoCHi's options without `n`, which is the whole bank. */
export const randomMixConfig = mochiConfig.omit({ n: true });
export type RandomMixConfig = z.infer<typeof randomMixConfig>;
