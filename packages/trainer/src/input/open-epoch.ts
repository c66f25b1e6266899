import type { Augmentation, SplitSource } from '@mochi/contract';
import { blockOrder, blockStarts, type BlockShuffle } from './block-order.js';
import { epochOrder, shardOf, sharedLength, WHOLE, type Shard } from './epoch-order.js';
import { openImages } from './image-reader.js';
import { PipelineStream, type BatchStream } from './pipeline-stream.js';
import { viewSpecs } from './view-groups.js';
import { ViewMaker } from './view-maker.js';
import { batches } from './view-pipeline.js';

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
  /** Read one worker's part of every batch; `batchSize` is that part, and places are those of the part. Default: all of it. */
  readonly shard?: Shard;
  /** How images are put in order. Default: any may come next. */
  readonly shuffle?: 'images' | BlockShuffle;
  /** Of this source, augmentation and views, when several epochs share one; else the stream makes and frees its own. */
  readonly maker?: ViewMaker;
}

/**
 * One epoch as batches: the order of (seed, epoch) from a place on, whole batches only, broken images left out.
 *
 * The pixels of a sample depend on (seed, epoch, sample, view) alone. Batches from a place on are those of the uninterrupted epoch, bit for
 * bit, when the place is the `position` of one of its batches.
 *
 * @throws MOCHI_VIEW_MISSING
 */
export function openEpoch(options: EpochOptions): BatchStream {
  const { source, augmentation, views, batchSize, seed, epoch, from = 0, parallel = 2, shard = WHOLE } = options;
  const specs = viewSpecs(augmentation, views);
  const reader = options.maker ? null : openImages(source.images);
  const maker = options.maker ?? new ViewMaker(reader!, augmentation, specs);
  const pass = maker.pass(seed, epoch);
  const shared = orderOf(options).subarray(0, sharedLength(source.length, batchSize, shard));
  const order = shardOf(shared, batchSize, shard);
  const parts = { source, labels: options.labels, order, from, pass, owned: reader ? [maker, reader] : [] };
  if (from >= order.length) return new PipelineStream({ ...parts, passes: null });
  return new PipelineStream({
    ...parts,
    passes: batches(pass.map, { order, from, batchSize, parallel, dropRemainder: true }),
  });
}

function orderOf({ source, seed, epoch, shuffle = 'images' }: EpochOptions): Int32Array {
  if (shuffle === 'images') return epochOrder(source.length, seed, epoch);
  return blockOrder(blockStarts(source.images, source.length, shuffle.blockMiB), shuffle.atOnce, seed, epoch);
}
