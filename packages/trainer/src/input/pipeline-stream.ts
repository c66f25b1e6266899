import type { Batch, SplitSource, Tensors } from '@mochi/contract';
import { disposeTree, explainFailure, toDevice, type PipelineIterator } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import type { ViewPass } from './view-maker.js';
import { elementOf, partsOf } from './view-pipeline.js';

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

export interface StreamParts {
  readonly source: SplitSource;
  readonly labels?: boolean;
  readonly order: Int32Array;
  readonly from: number;
  /** What is done to an element, to ask it again why it failed, and what is still to be done to a batch. */
  readonly pass: ViewPass;
  /** Null where nothing is left of the order. */
  readonly passes: PipelineIterator | null;
  /** Freed with the stream. */
  readonly owned: readonly { dispose(): void }[];
}

/** Batches that are being read or finished while the caller works on another: on two cores, one waits for its images and two are finished. */
const AHEAD = 3;

/** Batches of a pipeline, with what the host adds: labels, the position, and who is missing. */
export class PipelineStream implements BatchStream {
  private position: number;
  private disposed = false;
  private readonly ahead: Promise<Tensors | null>[] = [];

  constructor(private readonly parts: StreamParts) {
    this.position = parts.from;
    while (this.ahead.length < AHEAD) this.ahead.push(this.start());
  }

  async next(): Promise<StreamItem | null> {
    const made = await this.ahead.shift()!;
    this.ahead.push(this.start());
    if (!made) return null;
    const { at, ids, views } = partsOf(made);
    const places = (await at.data()) as Int32Array;
    at.dispose();
    const skipped = this.gapsBefore(places);
    this.position = places.at(-1)! + 1;
    return { batch: { views, ids, ...this.labelsOf(places) }, position: this.position, skipped };
  }

  explain(place: number): SkippedSample | null {
    const element = elementOf(place, this.parts.order[place]!);
    const reason = explainFailure(this.parts.pass.map, element);
    disposeTree(element);
    return reason === null ? null : { sample: this.nameAt(place), reason };
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    this.parts.passes?.dispose();
    for (const made of this.ahead.splice(0)) disposeTree((await made.catch(() => null)) ?? {});
    for (const part of this.parts.owned) part.dispose();
  }

  private start(): Promise<Tensors | null> {
    const made = this.make();
    made.catch(() => undefined); // it is thrown to whoever asks for this batch
    return made;
  }

  private async make(): Promise<Tensors | null> {
    const { passes, pass } = this.parts;
    const record = await passes?.next();
    return record ? toDevice(await pass.finish(record)) : null;
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
}
