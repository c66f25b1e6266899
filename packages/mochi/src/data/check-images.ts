import type { SplitSource, Tensors } from '@mochi/contract';
import { disposeTree, explainFailure, findGaps, imageSize, Pipeline } from '@mochi/tensorflow';
import { openImages, type SkippedSample } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';

export interface CheckedImages {
  /** Images that were decoded. */
  readonly sound: number;
  /** Of each of those, pixels. */
  readonly heights: Int32Array;
  readonly widths: Int32Array;
  readonly broken: readonly (SkippedSample & { readonly id: number })[];
}

export interface CheckOptions {
  /** Images decoded at once. Default 2. */
  readonly parallel?: number;
  readonly signal?: AbortSignal;
  /** Called now and then with the images that are done. */
  readonly onProgress?: (done: number) => void;
}

const BATCH = 64;

/** Decodes images of a split as training does, and says of what cannot be decoded why. @param ids Which ones, in any order. */
export async function checkImages(source: SplitSource, ids: Int32Array, options: CheckOptions = {}): Promise<CheckedImages> {
  const { parallel = 2, signal, onProgress } = options;
  const reader = openImages(source.images);
  const map = ({ id }: Tensors): Tensors => {
    const { height, width } = imageSize(reader.read(id as tf.Scalar));
    return { id: id!, height, width };
  };
  const arrived: number[] = [];
  const heights: number[] = [];
  const widths: number[] = [];
  const element = tf.tensor1d(ids, 'int32');
  try {
    const pass = Pipeline.fromTensors({ id: element }).map(map, { parallel }).skipErrors().batch(BATCH).prefetch(2).iterate();
    for await (const record of pass) {
      arrived.push(...((await record['id']!.data()) as Int32Array));
      heights.push(...((await record['height']!.data()) as Int32Array));
      widths.push(...((await record['width']!.data()) as Int32Array));
      disposeTree(record);
      onProgress?.(arrived.length);
      signal?.throwIfAborted();
    }
    const broken = findGaps(ids, arrived, { ended: true }).map((id) => ({ id, ...explained(source, map, id) }));
    return { sound: arrived.length, heights: Int32Array.from(heights), widths: Int32Array.from(widths), broken };
  } finally {
    element.dispose();
    reader.dispose();
  }
}

function explained(source: SplitSource, map: (element: Tensors) => Tensors, id: number): SkippedSample {
  const element = { id: tf.scalar(id, 'int32') };
  try {
    const reason = explainFailure(map, element) ?? 'it could not be read then, but can be now';
    return { sample: source.describe(id), reason };
  } finally {
    disposeTree(element);
  }
}

/** `count` of the numbers below `length`, spread evenly, the first among them. */
export const spread = (length: number, count: number): Int32Array =>
  Int32Array.from({ length: Math.min(length, count) }, (_, at) => Math.floor((at * length) / Math.min(length, count)));
