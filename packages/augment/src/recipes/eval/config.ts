import { z } from 'zod';
import { sizeConfig, statisticsConfig } from '../../config.js';

export const evalConfig = z.strictObject({ size: sizeConfig, ...statisticsConfig });
export type EvalConfig = z.infer<typeof evalConfig>;
