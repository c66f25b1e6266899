import { createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

export const CLASSES = 4;

/** Pictures of four kinds: stripes along or across, rings, and a checkerboard, in colours and phases of their own. [n, 20, 20, 3], 0..255. */
export function shapes(count: number, seed: number): { images: tf.Tensor4D; labels: Int32Array } {
  const labels = Int32Array.from({ length: count }, (_, at) => at % CLASSES);
  const images = tf.tidy(() => {
    const random = createRng(seed, 'shapes').uniform([count, 8]).arraySync() as number[][];
    const pixels = tf.buffer([count, 20, 20, 3]);
    for (let at = 0; at < count; at++) {
      const [phase, scale, ...colours] = random[at] as [number, number, ...number[]];
      for (let y = 0; y < 20; y++)
        for (let x = 0; x < 20; x++) {
          const on = value(labels[at]!, x, y, 0.5 + 0.7 * scale, 6.3 * phase);
          for (let c = 0; c < 3; c++) pixels.set(255 * (on * colours[c]! + (1 - on) * colours[3 + c]!), at, y, x, c);
        }
    }
    return pixels.toTensor() as tf.Tensor4D;
  });
  return { images, labels };
}

function value(kind: number, x: number, y: number, frequency: number, phase: number): number {
  const wave = (at: number): number => (Math.sin(frequency * at + phase) > 0 ? 1 : 0);
  if (kind === 0) return wave(x);
  if (kind === 1) return wave(y);
  if (kind === 2) return wave(Math.hypot(x - 10, y - 10));
  return wave(x) === wave(y) ? 1 : 0;
}
