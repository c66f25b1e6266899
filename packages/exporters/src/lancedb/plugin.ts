import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { lancedbConfig } from './config.js';
import { writeLancedb } from './write-lancedb.js';

/** Embeddings as a table of LanceDB, for vector search. */
export const lancedbPlugin = definePlugin({
  name: 'lancedb',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: lancedbConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => ({ format: 'lancedb', write: (table, path) => writeLancedb(table, path, options) }));
  },
});
