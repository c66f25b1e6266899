import { z } from 'zod';

export const openTelemetryConfig = z.strictObject({
  scope: z.string().min(1).default('mochi').describe('name of the tracer and meter that spans and metrics belong to'),
  steps: z
    .boolean()
    .default(false)
    .describe('a span for every step too; off: steps are metrics only, spans are for run, epochs, evaluations and checkpoints'),
});
export type OpenTelemetryConfig = z.infer<typeof openTelemetryConfig>;
