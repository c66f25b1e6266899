import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { parquetConfig } from './config.js';
import { writeParquet } from './write-parquet.js';

/** Embeddings as Parquet, for pandas, Polars, DuckDB and vector stores. */
export const parquetPlugin = definePlugin({
  name: 'parquet',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: parquetConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => ({ format: 'parquet', write: (table, path) => writeParquet(table, path, options) }));
  },
});
