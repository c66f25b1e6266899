import { z } from 'zod';

export const simclrConfig = z.strictObject({
  temperature: z
    .number()
    .positive()
    .default(0.1)
    .describe('t: divides every cosine before the softmax; no unit. 0.1 in the paper, 0.5 on CIFAR-10'),
});
export type SimclrConfig = z.infer<typeof simclrConfig>;
