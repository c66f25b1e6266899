import { writeFile } from 'node:fs/promises';
import { API_VERSION, definePlugin, EXPORTER } from '@mochi/contract';
import { writeAside } from '../write-aside.js';
import { cardConfig } from './config.js';
import { modelCard } from './model-card.js';

/** A model card: data, recipe, metrics and licence of an encoder, as Markdown. */
export const cardPlugin = definePlugin({
  name: 'card',
  kind: 'exporter',
  apiVersion: API_VERSION,
  config: cardConfig,
  setup(host, options) {
    host.provide(EXPORTER, () => ({
      format: 'card',
      async writeEncoder(trained, path) {
        const text = await modelCard(trained, options);
        await writeAside(path, (aside) => writeFile(aside, text));
      },
    }));
  },
});
