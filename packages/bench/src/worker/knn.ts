import { weightedKnn, type Rows } from '@mochi/evaluators';
import { createRng, startTensorFlow } from '@mochi/tensorflow';
import type { KnnOptions } from '../options.js';
import type { Task } from './task.js';

/** Weighted kNN of random vectors. */
export async function knnTask({ rows, queries, dim, k, temperature, classes }: KnnOptions): Promise<Task> {
  await startTensorFlow();
  const rng = createRng(1, 'bench');
  const random = async (count: number): Promise<Rows> => ({
    rows: count,
    dim,
    features: (await rng.normal([count, dim]).data()) as Float32Array,
  });
  const labels = (await rng.integers([rows], classes).data()) as Int32Array;
  const [bank, asked] = [{ ...(await random(rows)), labels }, await random(queries)];
  return {
    turn: async (count) => {
      for (let at = 0; at < count; at++) await weightedKnn(bank, asked, { k, temperature, classes });
      return count * queries;
    },
  };
}
