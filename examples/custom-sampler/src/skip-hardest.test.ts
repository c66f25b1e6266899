import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '@mochi/contract';
import { train } from '@mochi/mochi';
import { samplerConformance, writeImages } from '@mochi/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skipHardest } from './skip-hardest.js';

samplerConformance(skipHardest, { skip: 4, count: 16 }); // its bank has 64 rows

describe('a run with the plugin', () => {
  const root = mkdtempSync(join(tmpdir(), 'mochi-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  beforeAll(() => writeImages(join(root, 'images'), 12));

  /** As a config file would say it. */
  const config = (sampler: object) => ({
    seed: 1,
    plugins: [fileURLToPath(new URL('./skip-hardest.ts', import.meta.url))],
    data: { name: 'image-folder', root: join(root, 'images') },
    augment: { name: 'moco-v2', size: 16 },
    encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
    method: { name: 'moco-v2', batchNorm: { split: 2 } },
    bank: { name: 'fifo', capacity: 32, maskSelf: true },
    sampler,
    optimizer: { name: 'sgd', rate: 0.05 },
    train: { steps: 3, batchSize: 4, logEvery: 1 },
  });
  const lossesOf = async (sampler: object): Promise<number[]> => {
    const losses: number[] = [];
    const onEvent = (event: RunEvent) =>
      event.type === 'step-end' && losses.push((event as RunEvent & { lossNats: number }).lossNats);
    const result = await train(config(sampler), { onEvent });
    expect(result).toMatchObject({ outcome: 'finished', step: 3 });
    return losses;
  };

  test('three steps; the band decides the loss', async () => {
    const losses = await lossesOf({ name: 'acme-skip-hardest', skip: 4, count: 8 });
    const wider = await lossesOf({ name: 'acme-skip-hardest', skip: 4, count: 20 });
    expect(losses).toHaveLength(3);
    for (const [step, loss] of losses.entries()) expect(loss).toBeLessThan(wider[step]!); // more negatives, more loss
  });

  test('a misspelt option is refused before anything runs', () =>
    expect(train(config({ name: 'acme-skip-hardest', skipp: 4 }))).rejects.toMatchObject({
      code: 'MOCHI_CONFIG_INVALID',
      message: expect.stringContaining('did you mean "skip"'),
    }));
});
