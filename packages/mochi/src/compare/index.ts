export { compare, planComparison, type CompareOptions, type Comparison } from './compare.js';
export type { Job } from './jobs.js';
export { compareConfig, type CompareConfig } from './config.js';
export type { Difference, Estimate } from './paired.js';
export type { CompareReport, MetricReport, RunReport, VariantReport } from './report.js';
export type { JobEvent } from './run-jobs.js';
export { answers } from './answers.js';
export { differencesText, tableText } from './table.js';
