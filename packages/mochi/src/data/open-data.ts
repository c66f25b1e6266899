import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Dataset } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { openedAloud } from '@mochi/trainer';
import { openRun, type ConfigInput, type OpenOptions } from '../open-run.js';

export type OpenDataOptions = Pick<OpenOptions, 'overrides' | 'cwd' | 'log'>;

/** Opens the data set that a path or a config means, and closes what it opened when `use` is done. Its splits are looked at as training does. @throws MOCHI_DATA_OUTPUT */
export async function withDataset<R>(
  target: ConfigInput,
  options: OpenDataOptions,
  use: (dataset: Dataset) => Promise<R>,
): Promise<R> {
  const config = typeof target === 'string' ? configOf(target) : target;
  const host = await openRun(config, { ...options, required: ['data'] });
  try {
    await startTensorFlow(host.config.runtime);
    return await use(openedAloud(host));
  } finally {
    await host.dispose();
  }
}

/** A folder and a tar are data themselves; anything else is a config, or is said to be none by whoever reads it. */
function configOf(path: string): ConfigInput {
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return { data: { name: 'image-folder', root: resolve(path) } };
  return /\.(tar|tgz|tar\.gz)$/i.test(path) ? { data: { name: 'image-tar', path: resolve(path) } } : path;
}
