import { z } from 'zod';

export const uniformConfig = z.strictObject({});
export type UniformConfig = z.infer<typeof uniformConfig>;
