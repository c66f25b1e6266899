import * as tf from '@tensorflow/tfjs-core';
import { normalise, type LabelledRows } from '../features/rows.js';

/** Mean distances of the rows of one class. */
export interface ClassDistances {
  readonly label: number;
  readonly rows: number;
  /** To the other rows of the class; NaN for a single row. */
  readonly intra: number;
  /** To the rows of all other classes; NaN where there are none. */
  readonly inter: number;
}

/** Distances of one block at most: 64 MiB of float32. */
const BLOCK = 16 * 2 ** 20;

/**
 * For each class the mean Euclidean distance, at unit length (0 to 2), of its rows to one another and to the rows of other classes.
 *
 * @param given [R, D] with labels. @returns The classes that occur, by label.
 */
export async function classDistances(given: LabelledRows, signal?: AbortSignal): Promise<ClassDistances[]> {
  const { rows, dim, features, labels } = normalise(given);
  const present = [...new Set(labels)].sort((a, b) => a - b);
  const place = new Map(present.map((label, at) => [label, at]));
  const own = Int32Array.from(labels, (label) => place.get(label)!);
  const classes = present.length;
  const sums = new Float64Array(classes * classes); // of distances, from class to class
  const [all, hot] = tf.tidy(() => [
    tf.tensor2d(features, [rows, dim]),
    tf.cast(tf.oneHot(tf.tensor1d(own, 'int32'), classes), 'float32'),
  ]) as [tf.Tensor2D, tf.Tensor2D];
  const chunk = Math.max(1, Math.floor(BLOCK / rows));
  try {
    for (let start = 0; start < rows; start += chunk) {
      signal?.throwIfAborted();
      const count = Math.min(chunk, rows - start);
      const towards = tf.tidy(() => tf.matMul(distances(all, start, count), hot)); // [count, classes]
      const values = await towards.data();
      towards.dispose();
      for (let row = 0; row < count; row++)
        for (let c = 0; c < classes; c++) sums[own[start + row]! * classes + c]! += values[row * classes + c]!;
    }
  } finally {
    tf.dispose([all, hot]);
  }
  return present.map((label, at) => meansOf(label, at, sums, own, classes));
}

/** Of rows [start, start + count) to all, [count, R]; 0 to themselves. */
function distances(all: tf.Tensor2D, start: number, count: number): tf.Tensor2D {
  const [rows, dim] = all.shape;
  const cosines = tf.matMul(tf.slice(all, [start, 0], [count, dim]), all, false, true);
  const apart = tf.sqrt<tf.Tensor2D>(tf.relu(tf.sub(2, tf.mul(cosines, 2))));
  // Rounding leaves about 5e-4 between a row and itself, which would count once for each row.
  const self = tf.equal(tf.expandDims(tf.range(start, start + count, 1, 'int32'), 1), tf.range(0, rows, 1, 'int32'));
  return tf.where(self, tf.zerosLike(apart), apart) as tf.Tensor2D;
}

function meansOf(label: number, at: number, sums: Float64Array, own: Int32Array, classes: number): ClassDistances {
  const rows = own.reduce((count, one) => count + Number(one === at), 0);
  const others = own.length - rows;
  const within = sums[at * classes + at]!;
  const total = sums.subarray(at * classes, (at + 1) * classes).reduce((sum, one) => sum + one, 0);
  return { label, rows, intra: within / (rows * (rows - 1)), inter: (total - within) / (rows * others) };
}
