import { z } from 'zod';
import { outputsConfig } from '../graph/config.js';

export const savedModelConfig = z.strictObject({ outputs: outputsConfig });
export type SavedModelConfig = z.infer<typeof savedModelConfig>;
