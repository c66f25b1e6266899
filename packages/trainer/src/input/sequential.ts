import type { Augmentation, SplitSource, Tensors } from '@mochi/contract';
import { compile, disposeTree } from '@mochi/tensorflow';
import { PipelineStream, type BatchStream } from './batch-stream.js';
import { openImages, type ImageReader } from './image-reader.js';
import { applyViews, croppedBatches, cropViews, orderTensors, viewStage } from './view-pipeline.js';

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
  /** Of this source, when passes share one; else the stream opens and frees its own. */
  readonly reader?: ImageReader;
}

/**
 * A whole split in its own order, the last batch as small as it comes, broken images left out: for embeddings.
 *
 * @throws MOCHI_VIEW_MISSING
 */
export function openSequential(options: SequentialOptions): BatchStream {
  const { source, augmentation, view = 'eval', batchSize, parallel = 2, seed = 0, epoch = 0 } = options;
  const stage = viewStage(augmentation, [view], seed, epoch);
  const reader = options.reader ?? openImages(source.images);
  const crop = cropViews(reader, stage);
  const order = Int32Array.from({ length: source.length }, (_, at) => at);
  const elements = orderTensors(order, 0);
  const passes = croppedBatches(elements, crop, batchSize, parallel, false).prefetch(2).iterate();
  disposeTree(elements);
  // Outside of the pipeline, where the size of the last batch is a size like any other and not an unknown one.
  const apply = compile(applyViews(stage), { name: 'apply' });
  return new PipelineStream({
    ...options,
    order,
    from: 0,
    crop,
    passes,
    finish: async (record) => {
      const made = (await apply.runAsync(record)) as Tensors;
      disposeTree(record);
      return made;
    },
    owned: options.reader ? [apply] : [apply, reader],
  });
}
