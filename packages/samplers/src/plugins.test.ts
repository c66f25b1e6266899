import { isMochiError } from '@mochi/contract';
import { startRun } from '@mochi/core';
import { startTensorFlow } from '@mochi/tensorflow';
import { expect, test } from 'vitest';
import { makeContext } from '../test/context.js';
import { mochiPlugin, randomPlugin, uniformPlugin } from './index.js';

await startTensorFlow();

const known = [mochiPlugin, randomPlugin, uniformPlugin];

test.each([
  { sampler: 'uniform', name: 'uniform', blocks: ['bank'] },
  { sampler: 'random', name: 'random', blocks: ['bank'] },
  { sampler: { name: 'random', m: 3, correct: true }, name: 'random', blocks: ['bank'] },
  { sampler: { name: 'mochi', n: 8, s: 4, sPrime: 2, warmup: '10ep' }, name: 'mochi', blocks: ['bank', 'mixture', 'mixture'] },
])('a config with sampler $sampler gives a sampler that samples', async ({ sampler, name, blocks }) => {
  const host = await startRun({ object: { sampler }, known });
  const made = host.one('sampler');
  expect(made.name).toBe(name);
  expect(made.sample(makeContext(), {}).blocks.map((block) => block.kind)).toEqual(blocks);
  await host.dispose();
});

test('a misspelt option is refused with its place', async () => {
  const failure = await startRun({ object: { sampler: { name: 'mochi', sprime: 3 } }, known }).catch((error: unknown) => error);
  expect(isMochiError(failure) && failure.code).toBe('MOCHI_CONFIG_INVALID');
  expect(String(failure)).toMatch(/sprime/);
});
