import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeImages } from '@mochi/testing';
import { afterAll } from 'vitest';
import { rm } from 'node:fs/promises';
import type { LoadedEncoder } from '../src/index.js';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder that goes away after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mochi-'));
  folders.push(folder);
  return folder;
}

/** A small labelled image folder. */
export async function imageFolder(count = 24): Promise<string> {
  const root = temporaryFolder();
  await writeImages(root, count);
  return root;
}

/** The smallest run that has every part for real. Its views are crops alone: colours and blur would take longer to compile than all the rest. */
export const tinyConfig = (root: string, changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  seed: 7,
  data: { name: 'image-folder', root },
  augment: { name: 'custom', size: 16 },
  encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
  method: { name: 'moco-v2', keyMomentum: 0.9, batchNorm: { split: 2 } },
  bank: { name: 'fifo', capacity: 32, maskSelf: true },
  sampler: { name: 'mochi', n: 8, s: 8, sPrime: 4, warmup: '1ep' },
  optimizer: { name: 'sgd', rate: 0.05, momentum: 0.9, weightDecay: 1e-4 },
  schedule: 'cosine',
  train: { epochs: 3, batchSize: 4, logEvery: 2, checkpoint: { every: '1ep', keep: 10 } },
  ...changes,
});

/** Uses an encoder, and disposes it. */
export async function using<T>(loading: Promise<LoadedEncoder>, use: (loaded: LoadedEncoder) => Promise<T>): Promise<T> {
  const loaded = await loading;
  return use(loaded).finally(() => loaded.dispose());
}
