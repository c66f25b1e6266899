import type { EncoderWeights, Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { weightsMismatch } from './errors.js';
import type { ShapedEncoder } from './resnet/resnet.js';

const isStatistic = (name: string): boolean => /\.running_(mean|var)$/.test(name);
/** PyTorch's counter of batches: no part of the result, and absent here. */
const isCounter = (name: string): boolean => name.endsWith('.num_batches_tracked');

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
 * Weights from a state_dict of torchvision's ResNet or of a MoCo-v2 checkpoint.
 *
 * @param stateDict Kernels OIHW, linear weights [out, in]; left untouched. `num_batches_tracked` is passed over.
 * @param encoder The encoder that they are for: names and shapes are checked against it.
 * @param options.prefix What stands before each name, e.g. `module.encoder_q.`; names without it are passed over.
 * @returns New tensors, which the caller disposes, in the order of the encoder's own.
 * @throws MOCHI_WEIGHTS_MISMATCH, which lists what is missing, unknown or of another shape.
 */
export function fromTorchvision(
  stateDict: Tensors,
  encoder: ShapedEncoder,
  { prefix = '' }: { prefix?: string } = {},
): EncoderWeights {
  const given = new Map(
    Object.entries(stateDict)
      .filter(([name]) => name.startsWith(prefix) && !isCounter(name))
      .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
  );
  const problems = misfits(given, encoder.shapes);
  if (problems.length > 0) throw weightsMismatch(encoder.name, problems);
  return tf.tidy(() => {
    const weights = { params: {} as Tensors, stats: {} as Tensors };
    for (const name of Object.keys(encoder.shapes)) {
      weights[isStatistic(name) ? 'stats' : 'params'][name] = fromTorchLayout(given.get(name)!);
    }
    return weights;
  });
}

/** The shape that PyTorch gives a weight of this shape. */
export const torchShape = (shape: readonly number[]): number[] => {
  if (shape.length !== 4) return [...shape].reverse();
  const [height, width, input, output] = shape as [number, number, number, number];
  return [output, input, height, width];
};

function fromTorchLayout(tensor: tf.Tensor): tf.Tensor {
  if (tensor.rank === 4) return tf.transpose(tensor, [2, 3, 1, 0]);
  return tensor.rank === 2 ? tf.transpose(tensor) : tf.clone(tensor);
}

function misfits(given: ReadonlyMap<string, tf.Tensor>, shapes: ShapedEncoder['shapes']): string[] {
  const problems: string[] = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const [got, want] = [given.get(name)?.shape.join(', '), torchShape(shape).join(', ')];
    if (got === undefined) problems.push(`${name} is missing`);
    else if (got !== want) problems.push(`${name} is [${got}], not [${want}]`);
  }
  for (const name of given.keys()) if (!(name in shapes)) problems.push(`${name} is unknown`);
  return problems;
}
