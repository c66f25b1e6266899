export { Pipeline, type IterateOptions } from './pipeline.js';
export type { PipelineIterator } from './pipeline-iterator.js';
export type { MapFunction } from './stages.js';
export { explainFailure } from './explain-failure.js';
export { findGaps } from './find-gaps.js';
