import type { Augmentation, SplitSource } from '@mochi/contract';
import { shardOf, WHOLE, type Shard } from './epoch-order.js';
import { openImages } from './image-reader.js';
import { PipelineStream, type BatchStream } from './pipeline-stream.js';
import { viewSpecs } from './view-groups.js';
import { ViewMaker } from './view-maker.js';
import { batches } from './view-pipeline.js';

export interface SequentialOptions {
  readonly source: SplitSource;
  readonly augmentation: Augmentation;
  /** Default `eval`. */
  readonly view?: string;
  readonly batchSize: number;
  /** Images read, decoded and cropped at once. Default 2. */
  readonly parallel?: number;
  /** Whether batches carry labels, where the data has them. Default false. */
  readonly labels?: boolean;
  /** Keys of the draws, for a view that draws. Default 0. */
  readonly seed?: number;
  readonly epoch?: number;
  /** Read one worker's part of every batch, `batchSize` being that part. Default: all of it. */
  readonly shard?: Shard;
}

/**
 * A whole split in its own order, the last batch as small as it comes, broken images left out: for embeddings.
 *
 * @throws MOCHI_VIEW_MISSING
 */
export function openSequential(options: SequentialOptions): BatchStream {
  const { source, augmentation, view = 'eval', batchSize, parallel = 2, labels, seed = 0, epoch = 0, shard = WHOLE } = options;
  const specs = viewSpecs(augmentation, [view]);
  const reader = openImages(source.images);
  const maker = new ViewMaker(reader, augmentation, specs);
  const pass = maker.pass(seed, epoch);
  const order = shardOf(
    Int32Array.from({ length: source.length }, (_, at) => at),
    batchSize,
    shard,
  );
  const passes = batches(pass.map, { order, from: 0, batchSize, parallel, dropRemainder: false });
  return new PipelineStream({ source, labels, order, from: 0, pass, passes, owned: [maker, reader] });
}
