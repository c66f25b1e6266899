import type { Scalar } from '@tensorflow/tfjs-core';
import type { Tensors } from './tree.js';
import type { BuildContext, RunContext } from './contexts.js';

export type HookKind = 'series' | 'waterfall' | 'first';

/** A point where plugins may change a run. Its kind says how the handlers combine; `Handler` is what `host.tap` accepts. */
export interface Hook<Handler extends (...args: never[]) => unknown, Kind extends HookKind = HookKind> {
  readonly name: string;
  readonly kind: Kind;
  /** `build`: runs once, while the step is traced, never awaited. `run`: runs each time at its moment, awaited. */
  readonly time: 'build' | 'run';
  /** Never set: carries the type of a handler for the compiler. */
  readonly handler?: Handler;
}

type Awaitable<T> = T | Promise<T>;

/** Hooks that run while the step is traced: handlers are synchronous and see symbolic tensors. */
export const defineBuildHook = <Context>(name: string) => ({
  series: (): Hook<(context: Context) => void, 'series'> => ({ name, kind: 'series', time: 'build' }),
  waterfall: <Value>(): Hook<(value: Value, context: Context) => Value, 'waterfall'> => ({
    name,
    kind: 'waterfall',
    time: 'build',
  }),
});

/** Hooks that run at their moment each time: handlers are awaited, one after another. */
export const defineHook = <Context>(name: string) => ({
  series: (): Hook<(context: Context) => Awaitable<void>, 'series'> => ({ name, kind: 'series', time: 'run' }),
  waterfall: <Value>(): Hook<(value: Value, context: Context) => Awaitable<Value>, 'waterfall'> => ({
    name,
    kind: 'waterfall',
    time: 'run',
  }),
  /** The first handler that returns something other than undefined decides. */
  first: <Value>(): Hook<(context: Context) => Awaitable<Value | undefined>, 'first'> => ({ name, kind: 'first', time: 'run' }),
});

/** Each handler returns the next loss (nats, scalar). Runs at trace time. */
export const adjustLoss = defineBuildHook<BuildContext>('adjust-loss').waterfall<Scalar>();
/** Each handler returns the next gradients, by parameter name. Runs at trace time, before the optimizer. */
export const adjustGradients = defineBuildHook<BuildContext>('adjust-gradients').waterfall<Tensors>();
/** Each handler returns the metrics with its own added, by name. Runs at trace time, after the optimizer. */
export const addStepMetrics = defineBuildHook<BuildContext>('add-step-metrics').waterfall<Record<string, Scalar>>();

/** Before the first step of a run, after state is built or restored. */
export const beforeRun = defineHook<RunContext>('before-run').series();
export const beforeEpoch = defineHook<RunContext>('before-epoch').series();
export const beforeStep = defineHook<RunContext>('before-step').series();
export const afterStep = defineHook<RunContext>('after-step').series();
export const afterEpoch = defineHook<RunContext>('after-epoch').series();
export const beforeCheckpoint = defineHook<RunContext>('before-checkpoint').series();
/** The first handler that returns a reason stops the run after this step, with a checkpoint. */
export const shouldStop = defineHook<RunContext>('should-stop').first<string>();

/** Every hook, for docs, `mochi explain` and the test of docs/lifecycle.md. */
export const HOOKS = [
  adjustLoss,
  adjustGradients,
  addStepMetrics,
  beforeRun,
  beforeEpoch,
  beforeStep,
  afterStep,
  afterEpoch,
  beforeCheckpoint,
  shouldStop,
] as const;
