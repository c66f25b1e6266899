import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRun } from '@mochi/mochi';
import { afterAll, expect, test } from 'vitest';
import { formatExplanation } from './format-explanation.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-explain-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('the config says of each value that is no default where it was written', async () => {
  writeFileSync(join(folder, 'base.yaml'), 'extends: photos\noptimizer: { rate: 0.05 }\n');
  writeFileSync(
    join(folder, 'mine.yaml'),
    'extends: ./base.yaml\nbank: { capacity: 32 }\ndata: { name: image-folder, root: . }\n',
  );
  await using host = await openRun('mine.yaml', { cwd: folder, overrides: ['sampler=uniform', 'train.steps=3'] });
  const lines = formatExplanation(host.explain(), null, false).split('\n');
  const value = (name: string): string | undefined => lines.find((line) => line.trim().startsWith(`${name}:`))?.trim();
  expect(value('capacity')).toBe('capacity: 32 # mine.yaml:2:19');
  expect(value('rate')).toBe('rate: 0.05 # base.yaml:2:20');
  expect(value('momentum')).toBe('momentum: 0.9 # preset photos');
  expect(value('steps')).toBe('steps: 3 # override "train.steps=3"');
  expect(lines).toContain('  name: uniform # override "sampler=uniform"');
  expect(value('logEvery')).toBe('logEvery: 10');
});
