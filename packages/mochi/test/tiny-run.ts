import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attr, createRng, execute, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll } from 'vitest';
import { rm } from 'node:fs/promises';

const folders: string[] = [];
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** A folder that goes away after the tests of the file. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mochi-'));
  folders.push(folder);
  return folder;
}

/** `count` smooth random PNGs of two classes in class folders. */
export async function imageFolder(count = 24, size = 20): Promise<string> {
  await startTensorFlow();
  const root = temporaryFolder();
  for (let index = 0; index < count; index++) {
    const name = join(root, index % 2 === 0 ? 'even' : 'odd');
    mkdirSync(name, { recursive: true });
    const encoded = tf.tidy(() => {
      const coarse = createRng(index, 'test-image').uniform([4, 4, 3], 0, 255) as tf.Tensor3D;
      const smooth = tf.image.resizeBilinear(coarse, [size, size]);
      const [pixels] = execute('Cast', [attr.type('DstT', 'uint8')], [smooth]);
      return execute('EncodePng', [], [pixels!])[0]!;
    });
    const [bytes] = (await encoded.bytes()) as unknown as Uint8Array[];
    encoded.dispose();
    writeFileSync(join(name, `${String(index).padStart(3, '0')}.png`), bytes!);
  }
  return root;
}

/** The smallest run that has every part for real. */
export const tinyConfig = (root: string, changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  seed: 7,
  data: { name: 'image-folder', root },
  augment: { name: 'moco-v2', size: 16 },
  encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
  method: { name: 'moco-v2', keyMomentum: 0.9, batchNorm: { split: 2 } },
  bank: { name: 'fifo', capacity: 32, maskSelf: true },
  sampler: { name: 'mochi', n: 8, s: 8, sPrime: 4, warmup: '1ep' },
  optimizer: { name: 'sgd', rate: 0.05, momentum: 0.9, weightDecay: 1e-4 },
  schedule: 'cosine',
  train: { epochs: 3, batchSize: 4, logEvery: 2, checkpoint: { every: '1ep', keep: 10 } },
  ...changes,
});
