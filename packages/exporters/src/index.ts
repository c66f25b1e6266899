export { npyPlugin } from './npy/plugin.js';
export { npyConfig, type NpyConfig } from './npy/config.js';
export { npyHeader } from './npy/npy-header.js';
export { sidecarCsv, sidecarJson } from './npy/sidecar.js';
export { sidecarPath, writeNpy } from './npy/write-npy.js';
export { parquetPlugin } from './parquet/plugin.js';
export { parquetConfig, type ParquetConfig } from './parquet/config.js';
export { embeddingSchema } from './parquet/parquet-schema.js';
export { writeParquet } from './parquet/write-parquet.js';
