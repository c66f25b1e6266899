import type { EncoderWeights, Rng, Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import type { ShapedEncoder } from '../resnet/resnet.js';
import { fromTorchLayout, isStatistic, torchShape } from '../torch-layout.js';
import { convertStem } from './convert-stem.js';
import { describeShapes, type WeightsDescription } from './describe-weights.js';
import { findPrefix } from './find-prefix.js';
import { planImport, requireFit, shapesIn, STEM, type ImportOptions, type ImportPlan } from './plan-import.js';
import { naming, type StoredWeights } from './read-weights.js';

export interface Imported {
  /** New tensors, which the caller disposes. */
  readonly weights: EncoderWeights;
  /** What was loaded, drawn anew and passed over. */
  readonly plan: ImportPlan;
}

/**
 * Which encoder the weights of a file are of; undefined where there is no ResNet.
 *
 * @throws MOCHI_WEIGHTS_PREFIX where it is not clear which network is meant
 */
export const describeWeights = (
  stored: StoredWeights,
  { file, prefix }: Pick<ImportOptions, 'file' | 'prefix'> = {},
): WeightsDescription | undefined =>
  naming(file, () => {
    const shapes = shapesIn(stored);
    return describeShapes(shapes, findPrefix([...shapes.keys()], prefix));
  });

/**
 * An encoder's weights out of a state_dict of torchvision, timm or MoCo.
 *
 * @param stored See `readWeights`. @param rng Draws the head where `head` is `new`.
 * @throws MOCHI_WEIGHTS_MISMATCH, which lists what is missing, unexpected or of another shape; MOCHI_WEIGHTS_PREFIX, MOCHI_WEIGHTS_NOT_FINITE
 */
export function importWeights(
  stored: StoredWeights,
  encoder: Pick<ShapedEncoder, 'name' | 'shapes' | 'init'>,
  rng: Rng,
  options: ImportOptions = {},
): Imported {
  return naming(options.file, () => {
    const given = shapesIn(stored);
    const plan = planImport(given, encoder.shapes, options);
    requireFit(plan, given, encoder);
    return { weights: tf.tidy(() => ({ ...weightsBy(plan, stored, encoder, rng) })), plan };
  });
}

function weightsBy(
  { prefix, drawn: anew, stemConverted }: ImportPlan,
  stored: StoredWeights,
  encoder: Pick<ShapedEncoder, 'shapes' | 'init'>,
  rng: Rng,
): EncoderWeights {
  const drawn = anew.length > 0 ? encoder.init(rng).params : {};
  const made = { params: {} as Tensors, stats: {} as Tensors };
  for (const [name, shape] of Object.entries(encoder.shapes)) {
    const source = stored.get(prefix + name);
    const layout = torchShape(shape);
    const values = () => (name === STEM && stemConverted ? convertStem(source!, layout) : source!.read().slice());
    made[isStatistic(name) ? 'stats' : 'params'][name] =
      anew.includes(name) || !source ? drawn[name]! : fromTorchLayout(tf.tensor(values(), layout));
  }
  return made;
}
