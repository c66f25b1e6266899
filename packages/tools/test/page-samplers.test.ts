import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Plugin } from '@mochi/contract';
import { findPlugins } from '@mochi/mochi';
import { samplerConformance } from '@mochi/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { read } from './repository.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-page-plugins-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The sampler that a page shows in full, loaded as a user's file. */
async function samplerOf(page: string): Promise<Plugin> {
  const blocks = [...read(page).matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);
  const file = join(folder, `${page.replaceAll('/', '-')}.ts`);
  writeFileSync(
    file,
    blocks.find((code) => code.includes("kind: 'sampler'"))!,
  );
  const [found] = await findPlugins(file);
  return found!.plugin as Plugin;
}

test('the sampler of docs/write-a-plugin.md is the one of the example, which is tested', () => {
  const [, code] = /```ts\n(.*?)```/s.exec(read('docs/write-a-plugin.md')) ?? [];
  expect(code).toBe(read('examples/custom-sampler/src/skip-hardest.ts'));
});

for (const page of ['README.md', 'packages/contract/README.md']) {
  const sampler = await samplerOf(page);
  describe(`the sampler in ${page}`, () => samplerConformance(sampler, { skip: 4, count: 16 }));
}
