export { compare, planComparison, type CompareOptions } from './compare.js';
export type { Job } from './jobs.js';
export { compareConfig, type CompareConfig } from './config.js';
export type { CompareReport, Estimate, RunReport, VariantReport } from './report.js';
export type { JobEvent } from './run-jobs.js';
export { tableText } from './table.js';
