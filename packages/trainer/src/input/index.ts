export { BatchFeed, type FeedItem, type FeedOptions, type FeedPosition } from './batch-feed.js';
export { openEpoch, type BatchStream, type EpochOptions, type SkippedSample, type StreamItem } from './batch-stream.js';
export { epochOrder, stepsPerEpoch } from './epoch-order.js';
export { openImages, type ImageReader } from './image-reader.js';
export { openSequential, type SequentialOptions } from './sequential.js';
