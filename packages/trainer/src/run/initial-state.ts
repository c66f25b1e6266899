import type { BankState, Rng, Tensors } from '@mochi/contract';
import { createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { initialLossScale } from '../step/loss-scale.js';
import type { RunState, SizedBank, StepParts } from '../step/parts.js';

export type StateInputs = ReadonlyMap<string, ReadonlyMap<string, (rng: Rng) => tf.Tensor>>;

/** Banks as they are before anything is written, by name. */
export const initialBanks = ({ seed, encoder }: StepParts, banks: readonly SizedBank[]): Record<string, BankState> =>
  Object.fromEntries(
    banks.map(({ bank, capacity }) => {
      const rng = createRng(seed, 'init').fork(`bank/${bank.name}`);
      return [bank.name, bank.init({ dim: encoder.dims.head, capacity }, rng)];
    }),
  );

/** Tensors that plugins keep, as they are before the first step, by plugin id. */
export const initialPlugins = (states: StateInputs, rng: Rng): Record<string, Tensors> =>
  Object.fromEntries(
    [...states].map(([id, inits]) => [
      id,
      Object.fromEntries([...inits].map(([name, init]) => [name, init(rng.fork(`${id}/${name}`))])),
    ]),
  );

/** The state of step 0, a function of the seed alone. */
export function initialState(parts: StepParts, states: StateInputs): RunState {
  const rng = createRng(parts.seed, 'init');
  // tf.tidy keeps what is returned, at any depth of records, and frees what was only used on the way.
  return tf.tidy(() => {
    const { params, state: method } = parts.method.part.init(parts, rng.fork('method'));
    const banks = initialBanks(parts, parts.banks);
    const plugins = initialPlugins(states, rng);
    const slots = parts.optimizer.init(params);
    const none = () => tf.scalar(-1, 'int32');
    const scaling = parts.precision === 'float16' ? { lossScale: initialLossScale() } : {};
    const state = { params, slots, method, banks, plugins, failedAt: none(), fault: none(), ...scaling };
    return state as unknown as tf.TensorContainer;
  }) as unknown as RunState;
}
