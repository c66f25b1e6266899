import { API_VERSION, DATASET, definePlugin, type Dataset, type Logger, type Plugin } from '@mochi/contract';
import type { z } from 'zod';
import { commonConfig, type CommonConfig } from './config.js';
import { withCommonOptions } from './with-common-options.js';

export interface DatasetSpec<S extends z.ZodRawShape> {
  readonly name: string;
  /** Options of its own. */
  readonly config: z.ZodObject<S>;
  /**
   * Cheap and synchronous, and it knows the names of its splits: what takes time waits until a split is asked for (`split` is async). A small list
   * is read here by `readFileSync`.
   */
  open(options: z.infer<z.ZodObject<S>>, tools: { readonly log: Logger }): Dataset;
}

/** A data set as a plugin, with the options that all of them have: `limit`, `fraction`, `fractionSeed`, `inMemoryMiB`. */
export function datasetPlugin<S extends z.ZodRawShape>({ name, config, open }: DatasetSpec<S>): Plugin {
  const schema = config.extend(commonConfig) as unknown as z.ZodType<z.infer<z.ZodObject<S>> & CommonConfig>;
  return definePlugin({
    name,
    kind: 'data',
    apiVersion: API_VERSION,
    config: schema,
    setup(host, options) {
      const { limit, fraction, fractionSeed, inMemoryMiB, ...own } = options;
      const make = (): Dataset => open(own as z.infer<z.ZodObject<S>>, { log: host.log });
      host.provide(DATASET, () => {
        const dataset = make();
        if ((dataset as unknown) instanceof Promise) return dataset; // the host says what is wrong with it
        return withCommonOptions(dataset, { limit, fraction, fractionSeed, inMemoryMiB });
      });
    },
  }) as Plugin;
}
