import type { stepEnd, EventOf, RunEvent } from '@mochi/contract';
import { recordOps, summariseOps, type OpTables, type OpTrace } from '@mochi/tensorflow';
import { train } from './train.js';
import { openRun, type ConfigInput, type OpenOptions } from './open-run.js';

type StepEnd = EventOf<NonNullable<(typeof stepEnd)['payload']>>;

export interface ProfileOptions extends OpenOptions {
  /** Steps that are measured. Default 20. */
  readonly steps?: number;
  /** Steps before them, which are left out. Default 3. */
  readonly warmup?: number;
  /** Steps after them of which every op is recorded, which slows them. Default 3. */
  readonly traced?: number;
}

export interface ProfileResult {
  readonly ops: OpTables;
  readonly trace: OpTrace;
}

/** Where the time of a run goes. */
export async function profile(config: ConfigInput, options: ProfileOptions = {}): Promise<ProfileResult> {
  const { steps = 20, warmup = 3, traced = 3 } = options;
  let recording: ReturnType<typeof recordOps> | undefined;
  let trace: OpTrace | undefined;
  const onEvent = (event: RunEvent): void => {
    options.onEvent?.(event);
    if (event.type !== 'step-end') return;
    const { step } = event as StepEnd;
    if (step === warmup + steps) recording = recordOps();
    if (step === warmup + steps + traced) trace = recording?.stop();
  };
  const overrides = [...(options.overrides ?? []), 'trackers=[]', 'evaluators=[]'];
  const length = await lengthOverride(config, { ...options, overrides }, warmup + steps + traced);
  await train(config, { ...options, overrides: [...overrides, length], onEvent });
  return { ops: summariseOps(trace!.ops, traced), trace: trace! };
}

/** The section `train` with a number of steps in place of its length. */
async function lengthOverride(config: ConfigInput, options: OpenOptions, steps: number): Promise<string> {
  const host = await openRun(config, options);
  const { epochs: _, ...train } = host.config['train'] as Record<string, unknown>;
  await host.dispose();
  return `train=${JSON.stringify({ ...train, steps })}`;
}
