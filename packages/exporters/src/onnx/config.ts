import { z } from 'zod';
import { outputsConfig } from '../graph/config.js';

export const onnxConfig = z.strictObject({ outputs: outputsConfig });
export type OnnxConfig = z.infer<typeof onnxConfig>;
