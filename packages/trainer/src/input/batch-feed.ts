import type { Batch } from '@mochi/contract';
import { disposeTree } from '@mochi/tensorflow';
import { openEpoch, type EpochOptions } from './open-epoch.js';
import type { BatchStream, SkippedSample, StreamItem } from './pipeline-stream.js';
import { sharedLength, stepsPerEpoch, WHOLE } from './epoch-order.js';
import { tooFewReadable, tooManyBroken } from './errors.js';
import { openImages, type ImageReader } from './image-reader.js';
import { viewSpecs } from './view-groups.js';
import { ViewMaker } from './view-maker.js';

/** Where a feed stands; what a checkpoint keeps of it. */
export interface FeedPosition {
  /** Epoch of the next batch. */
  readonly epoch: number;
  /** Place in the order of that epoch. */
  readonly sample: number;
  /** Samples looked at and left out so far, over all epochs. */
  readonly seen: number;
  readonly skipped: number;
}

export interface FeedItem {
  /** The caller's to dispose. */
  readonly batch: Batch;
  readonly epoch: number;
  /** Place in the order of the epoch after the last sample of the batch. */
  readonly position: number;
  /** Whether it is the last batch of its epoch. */
  readonly last: boolean;
  /** Samples left out since the batch before. */
  readonly skipped: readonly SkippedSample[];
  readonly totals: { readonly seen: number; readonly skipped: number };
}

export interface FeedOptions extends Omit<EpochOptions, 'epoch' | 'from' | 'maker'> {
  /** Default: the beginning. */
  readonly from?: Partial<FeedPosition>;
  /** Share of broken images past which the feed stops. Default 0.01. */
  readonly maxSkipped?: number;
}

const MAX_SKIPPED = 0.01;
/** Broken images below this number stop a feed only when they are too many of the whole split: one in the first batch says nothing. */
const LEAST_BROKEN = 10;
const EXAMPLES = 3;
/** Batches before the end of an epoch at which the next one is begun. */
const EARLY = 4;

type Made = StreamItem & { readonly epoch: number; readonly last: boolean };

/**
 * Batches without end, epoch after epoch. The next batch is fetched while the caller works on this one, and the pipeline of the next epoch
 * is started some batches before the end of this one.
 */
export class BatchFeed {
  private readonly reader: ImageReader;
  private readonly maker: ViewMaker;
  private readonly batches: AsyncGenerator<Made, never>;
  private ahead: Promise<IteratorResult<Made, never>> | null = null;
  private readonly examples: SkippedSample[] = [];
  private at: FeedPosition;
  private waited = 0;
  /** Samples of an epoch. */
  private readonly length: number;

  /** @throws MOCHI_NO_BATCH when the split is smaller than a batch; MOCHI_VIEW_MISSING. */
  constructor(private readonly options: FeedOptions) {
    const { source, batchSize, shard = WHOLE } = options;
    stepsPerEpoch(source.length, batchSize * shard.world);
    this.length = sharedLength(source.length, batchSize, shard) / shard.world;
    const views = viewSpecs(options.augmentation, options.views);
    const { epoch = 0, sample = 0, seen = 0, skipped = 0 } = options.from ?? {};
    this.at = { epoch, sample, seen, skipped };
    this.reader = openImages(options.source.images);
    this.maker = new ViewMaker(this.reader, options.augmentation, views);
    this.batches = this.produce(epoch, sample);
    this.fetchAhead(); // what is compiled for the first batch is compiled while the caller goes on
  }

  /** Where the next batch is: hand it to `from` of another feed and it goes on with the same batches. */
  get position(): FeedPosition {
    return this.at;
  }

  /** Milliseconds that callers of `next` have waited so far. */
  get waitedMs(): number {
    return this.waited;
  }

  /**
   * The next batch. One call at a time.
   *
   * @throws MOCHI_TOO_MANY_BROKEN with counts and the first examples.
   */
  async next(): Promise<FeedItem> {
    const started = performance.now();
    const { value } = await (this.ahead ?? this.batches.next());
    this.fetchAhead();
    this.waited += performance.now() - started;
    const seen = this.at.seen + (value.last ? this.length : value.position) - this.at.sample;
    const skipped = this.at.skipped + value.skipped.length;
    this.examples.push(...value.skipped.slice(0, EXAMPLES - this.examples.length));
    this.at = value.last
      ? { epoch: value.epoch + 1, sample: 0, seen, skipped }
      : { epoch: value.epoch, sample: value.position, seen, skipped };
    const problem = this.tooMany(value.last);
    if (problem) disposeTree(value.batch);
    if (problem) throw problem;
    return { ...value, totals: { seen, skipped } };
  }

  /** Ends the feed. A batch that was handed out stays the caller's. */
  async dispose(): Promise<void> {
    const ahead = this.ahead;
    this.ahead = null;
    await ahead?.then(
      ({ value }) => disposeTree(value.batch),
      () => undefined,
    );
    await this.batches.return(undefined as never);
    this.maker.dispose();
    this.reader.dispose();
  }

  private fetchAhead(): void {
    this.ahead = this.batches.next();
    this.ahead.catch(() => undefined); // it is thrown to whoever asks for this batch
  }

  private tooMany(wholeSplit: boolean): Error | null {
    const { maxSkipped = MAX_SKIPPED } = this.options;
    const { seen, skipped } = this.at;
    const counts = maxSkipped === 0 || skipped >= LEAST_BROKEN || wholeSplit || seen >= this.length;
    return counts && skipped > maxSkipped * seen ? tooManyBroken(skipped, seen, maxSkipped, this.examples) : null;
  }

  private open(epoch: number, from: number): BatchStream {
    return openEpoch({ ...this.options, maker: this.maker, epoch, from });
  }

  /** Whether the next epoch should begin to be read, so that its first batches are there when this one is over. */
  private nearEnd({ position }: StreamItem): boolean {
    return this.length - position < EARLY * this.options.batchSize;
  }

  private async *produce(firstEpoch: number, firstSample: number): AsyncGenerator<Made, never> {
    let stream: BatchStream | null = null;
    let upcoming: BatchStream | null = null;
    let held: StreamItem | null = null;
    try {
      for (let epoch = firstEpoch; ; epoch++) {
        const from = epoch === firstEpoch ? firstSample : 0;
        stream = upcoming ?? this.open(epoch, from);
        upcoming = null;
        held = await stream.next();
        if (!held && from === 0) throw this.nothingReadable(stream);
        while (held) {
          const following: StreamItem | null = await stream.next();
          if (!following || this.nearEnd(following)) upcoming ??= this.open(epoch + 1, 0);
          const item: Made = { ...held, epoch, last: !following };
          held = following;
          yield item;
        }
        await stream.dispose();
        stream = null;
      }
    } finally {
      if (held) disposeTree(held.batch);
      await stream?.dispose();
      await upcoming?.dispose();
    }
  }

  private nothingReadable(stream: BatchStream): Error {
    const { batchSize } = this.options;
    const first: SkippedSample[] = [];
    for (let place = 0; place < this.length && first.length < EXAMPLES; place++) {
      const broken = stream.explain(place);
      if (broken) first.push(broken);
    }
    return tooFewReadable(this.length, batchSize, first);
  }
}
