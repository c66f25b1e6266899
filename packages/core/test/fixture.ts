import { API_VERSION, MochiError, definePlugin, type Plugin, type PluginKind } from '@mochi/contract';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { z } from 'zod';
import { loadConfig, type ConfigOptions } from '../src/config/load-config.js';
import { duration } from '../src/duration.js';

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

/** A temporary folder with these files. */
export function folderOf(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'mochi-config-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return folder;
}

export const plugin = (kind: PluginKind, name: string, config: Plugin['config'] = z.strictObject({})): Plugin =>
  definePlugin({ name, kind, apiVersion: API_VERSION, config, setup: () => {} });

const mochi = plugin(
  'sampler',
  'mochi',
  z.strictObject({
    n: z.int().positive().default(1024),
    s: z.int().nonnegative().default(1024),
    mode: z.enum(['uniform', 'ranked']).default('uniform'),
    warmup: duration.prefault('10ep'),
    head: z.strictObject({ hidden: z.int().default(512), dim: z.int().default(128) }).prefault({}),
  }),
);
export const known = [
  mochi,
  plugin('sampler', 'uniform'),
  plugin('sampler', 'random', z.strictObject({ rows: z.int().optional() })),
  plugin('bank', 'fifo', z.strictObject({ capacity: z.int().positive().default(4096) })),
  plugin('evaluator', 'knn', z.strictObject({ k: z.int().default(200) })),
  plugin('evaluator', 'linear'),
  plugin('tracker', 'progress'),
];
export const train = z.strictObject({ epochs: z.int().positive(), batchSize: z.int().positive().default(64) });
export const load = (options: Partial<ConfigOptions>) =>
  loadConfig({ known, schemas: { train: train.prefault({ epochs: 1 }) }, ...options });
export const loadYaml = (text: string, options: Partial<ConfigOptions> = {}) =>
  load({ cwd: folderOf({ 'mochi.yaml': text }), file: 'mochi.yaml', ...options });
export const fails = async (promise: Promise<unknown>): Promise<MochiError> => {
  const error = await promise.then(
    () => undefined,
    (failure: unknown) => failure,
  );
  expect(error).toBeInstanceOf(MochiError);
  return error as MochiError;
};
