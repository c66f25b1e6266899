import { datasetPlugin } from '../common/dataset-plugin.js';
import { parquetConfig } from './config.js';
import { openParquet } from './parquet.js';

/** Parquet files with encoded images, as image hubs have them. */
export const parquetPlugin = datasetPlugin({ name: 'parquet', config: parquetConfig, open: openParquet });
