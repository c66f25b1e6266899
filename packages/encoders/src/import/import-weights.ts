import type { EncoderWeights, Rng, Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { weightsMismatch } from '../errors.js';
import type { ShapedEncoder } from '../resnet/resnet.js';
import { fromTorchLayout, isStatistic, torchShape } from '../torch-layout.js';
import { convertStem } from './convert-stem.js';
import { planImport, STEM, type ImportOptions, type ImportPlan } from './plan-import.js';
import type { StoredWeights } from './read-weights.js';

export interface Imported {
  /** New tensors, which the caller disposes. */
  readonly weights: EncoderWeights;
  /** What was loaded, drawn anew and passed over. */
  readonly plan: ImportPlan;
}

/**
 * An encoder's weights out of a state_dict of torchvision, timm or MoCo.
 *
 * @param stored See `readWeights`. @param rng Draws the head where `head` is `new`.
 * @throws MOCHI_WEIGHTS_MISMATCH, which lists what is missing, unexpected or of another shape
 */
export function importWeights(
  stored: StoredWeights,
  encoder: Pick<ShapedEncoder, 'name' | 'shapes' | 'init'>,
  rng: Rng,
  options: ImportOptions = {},
): Imported {
  const plan = planImport(new Map([...stored].map(([name, { shape }]) => [name, shape])), encoder.shapes, options);
  const { missing, unexpected, misshaped, prefix } = plan;
  if (missing.length + unexpected.length + misshaped.length > 0) throw weightsMismatch(encoder.name, plan);
  const weights = tf.tidy(() => {
    const drawn = plan.drawn.length > 0 ? encoder.init(rng).params : {};
    const made = { params: {} as Tensors, stats: {} as Tensors };
    for (const [name, shape] of Object.entries(encoder.shapes)) {
      const source = stored.get(prefix + name);
      const layout = torchShape(shape);
      const values = () => (name === STEM && plan.stemConverted ? convertStem(source!, layout) : source!.read().slice());
      made[isStatistic(name) ? 'stats' : 'params'][name] =
        plan.drawn.includes(name) || !source ? drawn[name]! : fromTorchLayout(tf.tensor(values(), layout));
    }
    return made;
  });
  return { weights, plan };
}
