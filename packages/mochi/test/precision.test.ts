import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { shouldStop, type RunEvent } from '@mochi/contract';
import { runtimeInfo, startTensorFlow } from '@mochi/tensorflow';
import { runTraining } from '@mochi/trainer';
import { beforeAll, describe, expect, test } from 'vitest';
import { evaluate, openRunOnEngine, train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let root: string;
beforeAll(async () => {
  root = await imageFolder(64);
});

/** A narrow ResNet. */
const config = (precision: string, changes: Record<string, unknown> = {}): Record<string, unknown> =>
  tinyConfig(root, {
    encoder: { name: 'resnet10', stem: 'small', width: 8, stages: 2, head: { hidden: 32, dim: 16 } },
    method: { name: 'moco-v2', keyMomentum: 0.99, batchNorm: { split: 2 } },
    bank: { name: 'fifo', capacity: 128 },
    sampler: { name: 'mochi', n: 32, s: 32, sPrime: 8 },
    train: { steps: 200, batchSize: 16, logEvery: 1, checkpoint: { every: '50ep' } },
    runtime: { precision },
    ...changes,
  });

async function losses(precision: string): Promise<number[]> {
  const curve: number[] = [];
  const onEvent = (event: RunEvent): void => {
    if (event.type === 'step-end') curve.push((event as unknown as { lossNats: number }).lossNats);
  };
  await train(config(precision), { onEvent });
  return curve;
}

/** Means of 20 steps each. */
const smoothed = (curve: number[]): number[] =>
  Array.from({ length: curve.length / 20 }, (_, at) => curve.slice(20 * at, 20 * at + 20).reduce((sum, x) => sum + x, 0) / 20);

const here = (await startTensorFlow()).precisions;

describe.skipIf(here.bfloat16 !== null)('bfloat16', () => {
  test('the loss follows that of float32 over 200 steps: windows of 20 steps differ by less than 1 %', async () => {
    const [exact, lowered] = [await losses('float32'), await losses('bfloat16')];
    expect(lowered).toHaveLength(200);
    expect(lowered).not.toEqual(exact); // the arithmetic is another one
    const [want, got] = [smoothed(exact), smoothed(lowered)];
    want.forEach((loss, at) => expect(Math.abs(got[at]! - loss) / loss).toBeLessThan(0.01));
  });

  test('interrupted and resumed is the uninterrupted one, bit for bit; the environment file says which precision it was', async () => {
    const short = { train: { steps: 8, batchSize: 16, logEvery: 1 } };
    const whole = await train(config('bfloat16', short), { runDir: join(temporaryFolder(), 'whole') });
    const runDir = join(temporaryFolder(), 'parts');
    const host = await openRunOnEngine(config('auto', short));
    host.hooks.tap('test', shouldStop, ({ progress }) => (progress.step === 5 ? 'enough' : undefined));
    await runTraining(host, { runDir });
    await host.dispose();
    const end = await train(config('auto', short), { runDir, resume: true });
    expect(end).toMatchObject({ step: 8, stateSha256: whole.stateSha256 });
    expect(JSON.parse(readFileSync(join(runDir, 'environment.json'), 'utf8'))).toMatchObject({ precision: 'bfloat16' });
    const float = await train(config('float32', short));
    expect(float.stateSha256).not.toBe(whole.stateSha256);
  });

  test('evaluation is float32: the same numbers whatever the config says', async () => {
    const runDir = join(temporaryFolder(), 'run');
    const short = { train: { steps: 2, batchSize: 16 }, evaluators: [{ name: 'knn', k: 3, test: 'train' }] };
    const { results } = await train(config('bfloat16', short), { runDir });
    const again = await evaluate(runDir, { overrides: ['runtime.precision=float32'] });
    expect(again).toMatchObject({ results, failures: [] });
  });
});

describe('refusals', () => {
  test.skipIf(here.float16 === null)('float16 where the processor has none', async () => {
    await expect(train(config('float16'))).rejects.toMatchObject({
      code: 'MOCHI_PRECISION_UNAVAILABLE',
      happened: expect.stringContaining(runtimeInfo().precisions.float16!) as string,
    });
  });

  test('lower precision needs a compiled step; auto is float32 without one', async () => {
    const eager = (precision: string) =>
      train(config(precision, { runtime: { precision, eager: true }, train: { steps: 1, batchSize: 16 } }));
    await expect(eager('bfloat16')).rejects.toMatchObject({ code: 'MOCHI_PRECISION_UNAVAILABLE' });
    expect(await eager('auto')).toMatchObject({ step: 1, stateSha256: (await eager('float32')).stateSha256 });
  });
});
