import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeImages } from '@mochi/testing';

/** Writes `mochi.yaml` of a small run, and its dozen images beside it. @returns Its path. */
export async function writeSmallConfig(folder: string): Promise<string> {
  await writeImages(join(folder, 'images'), 12);
  const config = join(folder, 'mochi.yaml');
  writeFileSync(
    config,
    `data: { name: image-folder, root: ${JSON.stringify(join(folder, 'images'))} }
augment: { name: custom, size: 16 } # a crop alone, which compiles soon
encoder: { name: resnet10, stem: small, width: 4, stages: 2, head: { hidden: 8, dim: 8 } }
method: { name: moco-v2, batchNorm: { split: 2 } }
bank: { name: fifo, capacity: 32 }
sampler: { name: mochi, n: 8, s: 8, sPrime: 4 }
optimizer: { name: sgd, rate: 0.05 }
train: { steps: 6, batchSize: 4, logEvery: 1 }
evaluators: [{ name: knn, k: 3, test: train }]
`,
  );
  return config;
}
