import { z } from 'zod';
import { outputsConfig } from '../graph/config.js';

export const tfjsConfig = z.strictObject({ outputs: outputsConfig });
export type TfjsConfig = z.infer<typeof tfjsConfig>;
