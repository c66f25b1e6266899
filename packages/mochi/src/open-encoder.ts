import type { Augmentation, Encoder, EncoderWeights, Method, Tensors } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { createRng, disposeTree } from '@mochi/tensorflow';
import {
  checkedEncoder,
  checkedMethod,
  readNewest,
  restoreState,
  withoutFiles,
  type Position,
  type RunState,
} from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { openRunOnEngine } from './open-run.js';
import { locate, pick, START, type OpenTrainedOptions } from './open-trained.js';

/** The encoders of a run, with what they need to be used: no data, no bank, no optimizer. */
export interface OpenedEncoder {
  readonly host: RunHost;
  readonly encoder: Encoder;
  readonly augmentation: Augmentation;
  /** Of each encoder by name (`query`, `key`). They belong to this object. */
  readonly weights: Readonly<Record<string, EncoderWeights>>;
  readonly position: Position;
  /** The checkpoint that was read; null where a config was opened, whose weights are those of step 0. */
  readonly checkpoint: string | null;
  /** The config as the run recorded it. */
  readonly config: Readonly<Record<string, unknown>>;
  dispose(): Promise<void>;
}

/**
 * Opens the encoders of a trained run, or those that a config begins with. The run's data are not looked at: its folder may lie on a machine
 * that never had them.
 *
 * @param path Run folder (its newest checkpoint), checkpoint folder, or config file.
 * @throws MOCHI_CHECKPOINT_MISSING, MOCHI_CHECKPOINT_CORRUPT, MOCHI_CHECKPOINT_MISMATCH; MOCHI_WEIGHTS_*
 */
export async function openEncoder(path: string, options: OpenTrainedOptions = {}): Promise<OpenedEncoder> {
  const needing = { required: NEEDED, ...options };
  const { checkpoint: located, config } = await locate(path, needing);
  const { evaluators: _, trackers: __, ...rest } = config; // they have no part in it, and may ask for splits that other data lack
  const host = await openRunOnEngine((await options.change?.(rest)) ?? rest, needing);
  try {
    const [encoder, augmentation] = [checkedEncoder(host.one('encoder')), host.one('augment')];
    const trained = host.find('method');
    const method = trained ? checkedMethod(trained) : UNTRAINED;
    const rng = createRng(host.config.seed, 'init').fork('method');
    const fresh = tf.tidy(() => {
      const { params, state } = method.init({ encoder: located === null ? encoder : withoutFiles(encoder) }, rng);
      return { params, method: state } as never;
    }) as State;
    const { state, position, checkpoint } =
      located === null ? { state: fresh, position: START, checkpoint: null } : await restored(path, fresh);
    const dispose = async (): Promise<void> => {
      disposeTree(state as never);
      await host.dispose();
    };
    const weights = method.encoders(state.params, state.method);
    return { host, encoder, augmentation, weights, position, checkpoint, config, dispose };
  } catch (error) {
    await host.dispose();
    throw error;
  }
}

/** Sections without which nothing is embedded. A config of imported weights may have these alone. */
const NEEDED = ['augment', 'encoder'];

/** Of a config without a method: its encoder, as it begins. */
const UNTRAINED: Pick<Method, 'init' | 'encoders'> = {
  init({ encoder }, rng) {
    const { params, stats } = encoder.init(rng.fork('encoder'));
    return { params, state: stats };
  },
  encoders: (params, stats) => ({ query: { params, stats: stats as Tensors } }),
};

type State = Pick<RunState, 'params' | 'method'>;

async function restored(path: string, fresh: State): Promise<Pick<OpenedEncoder, 'position' | 'checkpoint'> & { state: State }> {
  try {
    const { path: checkpoint, manifest, tensors } = await readNewest(path);
    const own = new Map([...tensors].filter(([name]) => /^(params|method)\//.test(name)));
    return { checkpoint, state: restoreState(checkpoint, fresh as RunState, own), position: { ...manifest.position } };
  } finally {
    disposeTree(fresh as never);
  }
}

/** Weights of one of the encoders; they belong to what was opened. @throws MOCHI_ENCODER_UNKNOWN */
export const encoderWeights = ({ weights }: OpenedEncoder, name = 'query'): EncoderWeights => pick(weights, name);
