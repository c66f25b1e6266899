import type { Augmentation, Batch, SplitSource, Tensors } from '@mochi/contract';
import { disposeTree, explainFailure, type MapFunction, type PipelineIterator } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { epochOrder } from './epoch-order.js';
import { openImages, type ImageReader } from './image-reader.js';
import { applyViews, croppedBatches, cropViews, elementOf, orderTensors, partsOf, viewStage } from './view-pipeline.js';

/** A sample that was left out, and why. */
export interface SkippedSample {
  readonly sample: string;
  readonly reason: string;
}

export interface StreamItem {
  /** The caller's to dispose. */
  readonly batch: Batch;
  /** Place in the order after the last sample of the batch: where a resumed run goes on. */
  readonly position: number;
  /** Samples left out since the batch before. */
  readonly skipped: readonly SkippedSample[];
}

export interface BatchStream {
  /** The next batch, or null at the end. The event loop stays free meanwhile. */
  next(): Promise<StreamItem | null>;
  /** Why the sample at a place of the order cannot be used, or null where it can. Runs at once, on the caller's thread. */
  explain(place: number): SkippedSample | null;
  dispose(): Promise<void>;
}

export interface EpochOptions {
  readonly source: SplitSource;
  readonly augmentation: Augmentation;
  /** Names of the views. */
  readonly views: readonly string[];
  readonly batchSize: number;
  readonly seed: number;
  readonly epoch: number;
  /** Place in the order to begin at. Default 0. */
  readonly from?: number;
  /** Images read, decoded and cropped at once. Default 2. */
  readonly parallel?: number;
  /** Whether batches carry labels, where the data has them. Default false. */
  readonly labels?: boolean;
  /** Of this source, when passes share one; else the stream opens and frees its own. */
  readonly reader?: ImageReader;
}

/** Batches made ahead of the one that is asked for. */
const PREFETCH = 2;

/**
 * One epoch as batches: the order of (seed, epoch) from a place on, whole batches only, broken images left out.
 *
 * The pixels of a sample depend on (seed, epoch, sample, view) alone. Batches from a place on are those of the uninterrupted epoch, bit for
 * bit, when the place is the `position` of one of its batches.
 *
 * @throws MOCHI_VIEW_MISSING
 */
export function openEpoch(options: EpochOptions): BatchStream {
  const { source, augmentation, views, batchSize, seed, epoch, from = 0, parallel = 2 } = options;
  const stage = viewStage(augmentation, views, seed, epoch);
  const reader = options.reader ?? openImages(source.images);
  const order = epochOrder(source.length, seed, epoch);
  const crop = cropViews(reader, stage);
  const parts = { ...options, order, from, crop, owned: options.reader ? [] : [reader] };
  if (from >= order.length) return new PipelineStream({ ...parts, passes: null });
  const elements = orderTensors(order, from);
  const passes = croppedBatches(elements, crop, batchSize, parallel, true).map(applyViews(stage)).prefetch(PREFETCH).iterate();
  disposeTree(elements);
  return new PipelineStream({ ...parts, passes });
}

export interface StreamParts {
  readonly source: SplitSource;
  readonly labels?: boolean;
  readonly order: Int32Array;
  readonly from: number;
  readonly crop: MapFunction;
  /** Null where nothing is left of the order. */
  readonly passes: PipelineIterator | null;
  /** What is still to be done to a batch outside of the pipeline. Takes the record over. */
  readonly finish?: (record: Tensors) => Promise<Tensors>;
  /** Freed with the stream. */
  readonly owned?: readonly { dispose(): void }[];
}

/** Batches of a pipeline, with what the host adds: labels, the position, and who is missing. */
export class PipelineStream implements BatchStream {
  private position: number;

  constructor(private readonly parts: StreamParts) {
    this.position = parts.from;
  }

  async next(): Promise<StreamItem | null> {
    const { passes, finish = async (made) => made } = this.parts;
    const made = await passes?.next();
    if (!made) return null;
    const { at, ids, views } = partsOf(await finish(made));
    const places = (await at.data()) as Int32Array;
    at.dispose();
    const skipped = this.gapsBefore(places);
    this.position = places.at(-1)! + 1;
    return { batch: { views, ids, ...this.labelsOf(places) }, position: this.position, skipped };
  }

  private labelsOf(places: Int32Array): { labels?: tf.Tensor1D } {
    const { source, labels, order } = this.parts;
    if (!labels || !source.labels) return {};
    return { labels: tf.tensor1d(places.map((at) => source.labels![order[at]!]!), 'int32') }; // prettier-ignore
  }

  /** Elements keep their order, so a place between the last batch and the end of this one that did not arrive was left out. */
  private gapsBefore(places: Int32Array): SkippedSample[] {
    const skipped: SkippedSample[] = [];
    let expected = this.position;
    for (const place of places) {
      for (; expected < place; expected++) skipped.push(this.explain(expected) ?? this.fine(expected));
      expected++;
    }
    return skipped;
  }

  private fine(place: number): SkippedSample {
    return { sample: this.nameAt(place), reason: 'it could not be read then, but can be now' };
  }

  private nameAt(place: number): string {
    return this.parts.source.describe(this.parts.order[place]!);
  }

  explain(place: number): SkippedSample | null {
    const element = elementOf(place, this.parts.order[place]!);
    const reason = explainFailure(this.parts.crop, element);
    disposeTree(element);
    return reason === null ? null : { sample: this.nameAt(place), reason: readable(reason) };
  }

  async dispose(): Promise<void> {
    this.parts.passes?.dispose();
    for (const part of this.parts.owned ?? []) part.dispose();
  }
}

/** TensorFlow's message without the names of nodes and functions. */
const readable = (message: string): string =>
  message
    .replace(/\{\{[^}]*\}\}/g, '')
    .replace(/\[Op:[^\]]*\]/g, '')
    .replace(/\[\[[^\]]*\]\]/g, '')
    .replace(/\s+/g, ' ')
    .trim();
