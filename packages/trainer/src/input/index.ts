export { BatchFeed, type FeedItem, type FeedOptions, type FeedPosition } from './batch-feed.js';
export { openEpoch, type EpochOptions } from './open-epoch.js';
export { type BatchStream, type SkippedSample, type StreamItem } from './pipeline-stream.js';
export { viewSpecs } from './view-groups.js';
export { ViewMaker } from './view-maker.js';
export { epochOrder, shardOf, stepsPerEpoch, type Shard } from './epoch-order.js';
export { openImages, type ImageReader } from './image-reader.js';
export { openSequential, type SequentialOptions } from './sequential.js';
export { previewView, type PreviewedView } from './preview-views.js';
