import type { Tensors } from '@mochi/contract';
import { disposeTree, Pipeline, type MapFunction, type PipelineIterator } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { AT, ID } from './view-maker.js';

export interface BatchOptions {
  readonly order: Int32Array;
  /** Place in the order to begin at. */
  readonly from: number;
  readonly batchSize: number;
  /** Images made at once. */
  readonly parallel: number;
  readonly dropRemainder: boolean;
}

/** Batches that are made ahead of the one that is asked for. */
const PREFETCH = 2;

/** Starts a pass of batches in an order, broken images left out. @param map Of one element. */
export function batches(map: MapFunction, { order, from, batchSize, parallel, dropRemainder }: BatchOptions): PipelineIterator {
  const places = Int32Array.from({ length: order.length - from }, (_, at) => from + at);
  const elements: Tensors = { [AT]: tf.tensor1d(places, 'int32'), [ID]: tf.tensor1d(order.slice(from), 'int32') };
  try {
    return Pipeline.fromTensors(elements)
      .map(map, { parallel })
      .skipErrors()
      .batch(batchSize, { dropRemainder })
      .prefetch(PREFETCH)
      .iterate();
  } finally {
    disposeTree(elements);
  }
}

/** A finished batch taken apart. */
export function partsOf(record: Tensors): { at: tf.Tensor1D; ids: tf.Tensor1D; views: Record<string, tf.Tensor4D> } {
  const { [AT]: at, [ID]: ids, ...views } = record;
  return { at: at as tf.Tensor1D, ids: ids as tf.Tensor1D, views: views as Record<string, tf.Tensor4D> };
}

/** The element of one sample, as the map function gets it. */
export const elementOf = (at: number, id: number): Tensors => ({ [AT]: tf.scalar(at, 'int32'), [ID]: tf.scalar(id, 'int32') });
