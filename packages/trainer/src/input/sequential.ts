import type { Augmentation, SplitSource } from '@mochi/contract';
import { shardOf, WHOLE, type Shard } from './epoch-order.js';
import { openImages } from './image-reader.js';
import { PipelineStream, type BatchStream } from './pipeline-stream.js';
import { viewSpecs } from './view-groups.js';
import { ViewMaker } from './view-maker.js';
import { batches } from './view-pipeline.js';

export interface SequenceOptions {
  readonly source: SplitSource;
  readonly augmentation: Augmentation;
  /** Default `eval`. */
  readonly view?: string;
  readonly batchSize: number;
  /** Images read, decoded and cropped at once. Default 2. */
  readonly parallel?: number;
  /** Whether batches carry labels, where the data has them. Default false. */
  readonly labels?: boolean;
  /** See ViewMakerOptions. Default true. */
  readonly xla?: boolean;
}

export interface PassOptions {
  /** Keys of the draws, for a view that draws. Default 0. */
  readonly seed?: number;
  readonly epoch?: number;
  /** Read one worker's part of every batch, `batchSize` being that part. Default: all of it. */
  readonly shard?: Shard;
  /** Samples, in their order. Default: the whole split in its own order. */
  readonly order?: Int32Array;
}

export interface SequentialOptions extends SequenceOptions, PassOptions {}

/** A split under one view, for any number of passes: what TensorFlow prepares is prepared once. */
export class ImageSequence {
  private readonly reader;
  private readonly maker: ViewMaker;

  /** @throws MOCHI_VIEW_MISSING */
  constructor(private readonly options: SequenceOptions) {
    const { source, augmentation, view = 'eval' } = options;
    const specs = viewSpecs(augmentation, [view]);
    this.reader = openImages(source.images);
    this.maker = new ViewMaker(this.reader, augmentation, specs, { xla: options.xla });
  }

  /** The last batch is as small as it comes, broken images are left out. Dispose the stream before the sequence. */
  pass(options: PassOptions = {}): BatchStream {
    return this.stream(options, []);
  }

  /** The only pass: whoever disposes the stream has disposed all. */
  only(options: PassOptions = {}): BatchStream {
    return this.stream(options, [this.maker, this.reader]);
  }

  dispose(): void {
    this.maker.dispose();
    this.reader.dispose();
  }

  private stream({ seed = 0, epoch = 0, order, shard = WHOLE }: PassOptions, owned: readonly { dispose(): void }[]): BatchStream {
    const { source, batchSize, parallel = 2, labels } = this.options;
    const pass = this.maker.pass(seed, epoch);
    const all = order ?? Int32Array.from({ length: source.length }, (_, at) => at);
    const samples = shardOf(all, batchSize, shard);
    const passes = batches(pass.map, { order: samples, from: 0, batchSize, parallel, dropRemainder: false });
    return new PipelineStream({ source, labels, order: samples, from: 0, pass, passes, owned });
  }
}

/**
 * A whole split in its own order, the last batch as small as it comes, broken images left out: for embeddings.
 *
 * @throws MOCHI_VIEW_MISSING
 */
export const openSequential = (options: SequentialOptions): BatchStream => new ImageSequence(options).only(options);
