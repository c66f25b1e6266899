import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { lancedbConfig } from './config.js';
import { findLanceDb } from './load-lancedb.js';
import { writeLancedb } from './write-lancedb.js';

/** Embeddings as a table of LanceDB, for vector search. */
export const lancedbPlugin = definePlugin({
  name: 'lancedb',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: lancedbConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => {
      findLanceDb(); // now: before an hour of embedding, not after it
      return { format: 'lancedb', write: (table, path) => writeLancedb(table, path, options) };
    });
  },
});
