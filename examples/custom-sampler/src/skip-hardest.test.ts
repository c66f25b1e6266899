import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RunEvent } from '@mochi/contract';
import { train } from '@mochi/mochi';
import { samplerConformance, writeImages } from '@mochi/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { smallRun } from '../test/small-run.js';
import { skipHardest } from './skip-hardest.js';

samplerConformance(skipHardest, { skip: 4, count: 16 }); // its bank has 64 rows

describe('a run with the plugin', () => {
  const root = mkdtempSync(join(tmpdir(), 'mochi-'));
  afterAll(() => rmSync(root, { recursive: true, force: true }));
  beforeAll(() => writeImages(join(root, 'images'), 12));

  const plugins = [fileURLToPath(new URL('./skip-hardest.ts', import.meta.url))];
  const config = (sampler: object) => smallRun(join(root, 'images'), { plugins, sampler });
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
