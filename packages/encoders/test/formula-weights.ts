import type { Tensors } from '@mochi/contract';
import { torchShape, type ShapedEncoder } from '@mochi/encoders';
import * as tf from '@tensorflow/tfjs-core';

/**
 * The weights of the reference networks, in torchvision's layout, from the formula of packages/testing/reference/make_reference.py:
 * parameter number n in the order of the state_dict, element e: u = fract(43758.5453 sin(12.9898 (e + 1) + 78.233 n)), v = 2 u - 1.
 * Computed in float64, since the sine is multiplied by 43758.
 */
export function formulaWeights({ shapes }: ShapedEncoder): Tensors {
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape], n) => {
      const layout = torchShape(shape);
      return [name, tf.tensor(formula(name, n, layout), layout)];
    }),
  );
}

function formula(name: string, n: number, shape: number[]): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1);
  const nearOne = name.endsWith('running_var') || (shape.length === 1 && name.endsWith('weight'));
  const scale = nearOne ? 0.1 : shape.length > 1 ? Math.sqrt((6 * shape[0]!) / size) : 0.05;
  const values = new Float32Array(size);
  for (let e = 0; e < size; e++) {
    const turned = 43758.5453 * Math.sin(12.9898 * (e + 1) + 78.233 * n);
    values[e] = (nearOne ? 1 : 0) + scale * (2 * (turned - Math.floor(turned)) - 1);
  }
  return values;
}
