import type { BankEntries, Batch } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { require, requireTensor } from './compare.js';
import { DIM } from './method-world.js';

/** Throws unless every row is of length 1. @param what e.g. `keys`. */
export function requireUnit(rows: tf.Tensor2D, what: string): void {
  const lengths = tf.norm(rows, 2, 1).dataSync();
  const odd = lengths.findIndex((length) => !(Math.abs(length - 1) <= 1e-4));
  require(odd < 0, `${what}[${odd}] has length ${lengths[odd]}, not 1: l2Normalize of @mochi/tensorflow makes it so`);
}

/** Throws unless the entries are unit vectors of the images of the batch, so many of each, with their labels. */
export function checkEntries({ keys, ids, labels }: BankEntries, batch: Batch, perImage: number): void {
  const images = batch.ids.shape[0];
  requireTensor(keys, [perImage * images, DIM], 'float32', 'keys');
  requireTensor(ids, [perImage * images], 'int32', 'ids of keys');
  requireUnit(keys, 'keys');
  const own = Array.from(ids.dataSync());
  const [known, classes] = [batch.ids.dataSync(), batch.labels!.dataSync()];
  known.forEach((id) => {
    const count = own.filter((other) => other === id).length;
    require(count === perImage, `sample ${id} has ${count} keys, and the method says ${perImage}`);
  });
  requireTensor(labels, [perImage * images], 'int32', 'labels of keys');
  const given = labels!.dataSync();
  given.forEach((label, at) =>
    require(label === classes[known.indexOf(own[at]!)], `keys[${at}] has the label of another sample`),
  );
}
