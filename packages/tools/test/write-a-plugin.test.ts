import { expect, test } from 'vitest';
import { read } from './repository.js';

test('the sampler of docs/write-a-plugin.md is the one of the example, which is tested', () => {
  const [, code] = /```ts\n(.*?)```/s.exec(read('docs/write-a-plugin.md')) ?? [];
  expect(code).toBe(read('examples/custom-sampler/src/skip-hardest.ts'));
});
