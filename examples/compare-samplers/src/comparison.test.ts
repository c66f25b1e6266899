import { fileURLToPath } from 'node:url';
import { planComparison } from '@mochi/mochi';
import { expect, test } from 'vitest';

const file = fileURLToPath(new URL('../mochi.yaml', import.meta.url));

test('every variant has a config that holds, and only its sampler and seed differ', async () => {
  const { jobs } = await planComparison(file); // throws where one does not
  const rest = jobs.map(({ config }) => ({ ...config, sampler: null, seed: null }));
  for (const one of rest) expect(one).toEqual(rest[0]);
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
});
