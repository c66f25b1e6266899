import type { EncoderWeights, Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { fromTorchLayout, isStatistic } from './torch-layout.js';
import { planImport, requireFit, shapesIn } from './import/plan-import.js';
import type { ShapedEncoder } from './resnet/resnet.js';

/**
 * The weights as a state_dict of torchvision's ResNet: one record in its order, kernels OIHW, linear weights [out, in].
 *
 * @returns New tensors, which the caller disposes.
 */
export function toTorchvision({ params, stats }: EncoderWeights): Tensors {
  return tf.tidy(() => {
    const out: Tensors = {};
    for (const [name, tensor] of Object.entries(params)) {
      out[name] =
        tensor.rank === 4 ? tf.transpose(tensor, [3, 2, 0, 1]) : tensor.rank === 2 ? tf.transpose(tensor) : tf.clone(tensor);
      if (!name.endsWith('.bias')) continue;
      // The statistics of a norm come right after its bias.
      for (const part of ['running_mean', 'running_var']) {
        const statistic = name.replace(/bias$/, part);
        if (stats[statistic]) out[statistic] = tf.clone(stats[statistic]);
      }
    }
    return out;
  });
}

/**
 * Weights from a state_dict of torchvision's ResNet or of a MoCo-v2 checkpoint, in tensors; from a file: `readWeights` and `importWeights`.
 *
 * @param stateDict Kernels OIHW, linear weights [out, in]; left untouched. `num_batches_tracked` is passed over.
 * @param encoder The encoder that they are for: names and shapes are checked against it.
 * @param options.prefix What stands before each name, e.g. `module.encoder_q.`; names without it are passed over. Default none.
 * @returns New tensors, which the caller disposes, in the order of the encoder's own.
 * @throws MOCHI_WEIGHTS_MISMATCH, which lists what is missing, unexpected or of another shape.
 */
export function fromTorchvision(
  stateDict: Tensors,
  encoder: Pick<ShapedEncoder, 'name' | 'shapes'>,
  { prefix = '' }: { prefix?: string } = {},
): EncoderWeights {
  const given = shapesIn(new Map(Object.entries(stateDict)));
  const plan = planImport(given, encoder.shapes, { prefix });
  requireFit(plan, given, encoder);
  return tf.tidy(() => {
    const weights = { params: {} as Tensors, stats: {} as Tensors };
    for (const name of Object.keys(encoder.shapes))
      weights[isStatistic(name) ? 'stats' : 'params'][name] = fromTorchLayout(stateDict[plan.prefix + name]!);
    return weights;
  });
}
