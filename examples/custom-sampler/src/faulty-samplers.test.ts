import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { train } from '@mochi/mochi';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallRun } from '../test/small-run.js';

// What a run says of a sampler that returns what it must not. Shapes are known while the step is traced, values when it has run.

const root = mkdtempSync(join(tmpdir(), 'mochi-faulty-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
beforeAll(() => writeImages(join(root, 'images'), 12));

/** A plugin file whose `sample` is that. */
function pluginFile(name: string, sample: string, more = ''): string {
  const path = join(root, `${name}.ts`);
  const source = `import { bankBlock, definePlugin, mixtureBlock, NEGATIVE_SAMPLER, rowsBlock } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';
export const plugin = definePlugin({
  name: 'acme-${name}', kind: 'sampler', apiVersion: 1, config: z.strictObject({}),
  setup: (host) => host.provide(NEGATIVE_SAMPLER, () => ({ name: 'acme-${name}', ${more} sample: (context: any) => (${sample}) as any })),
});`;
  writeFileSync(path, source);
  return path;
}

const nan = 'tf.div(tf.zerosLike(context.similarities), 0)';
const row = (index: string) => `mixtureBlock({ rows: tf.fill([4, 2, 1], ${index}, 'int32'), weights: tf.ones([4, 2, 1]) })`;
const filter = "role: 'filter',";

test.each([
  [
    'wrong-shape',
    '{ blocks: [bankBlock({ logWeights: tf.zeros([4, 7]) })] }',
    '',
    'MOCHI_BLOCK_SHAPE',
    /logWeights of block 0 \(bank\) of the sampler acme-wrong-shape has shape \[4, 7\]/,
  ],
  [
    'nan',
    `{ blocks: [bankBlock({ logWeights: ${nan} })] }`,
    '',
    'MOCHI_SAMPLER_OUTPUT',
    /The sampler acme-nan returned logWeights of block 0 \(bank\) that has NaN/,
  ],
  [
    'no-unit-length',
    '{ blocks: [bankBlock(), rowsBlock(tf.fill([4, 3, 8], 2))] }',
    '',
    'MOCHI_SAMPLER_OUTPUT',
    /acme-no-unit-length returned rows of block 1 \(rows\) that has a row that is not of unit length/,
  ],
  [
    'row-index',
    `{ blocks: [bankBlock(), ${row('32')}] }`,
    '',
    'MOCHI_SAMPLER_OUTPUT',
    /acme-row-index returned rows of block 1 \(mixture\) that has a row index outside of \[0, 32\)/,
  ],
  [
    'row-below-0',
    `{ blocks: [bankBlock(), ${row('-1')}] }`,
    '',
    'MOCHI_SAMPLER_OUTPUT',
    /acme-row-below-0 returned rows of block 1/,
  ],
  [
    'mask-shape',
    '{ blocks: [], mask: tf.zeros([4, 7]) }',
    filter,
    'MOCHI_BLOCK_SHAPE',
    /mask of the sampler acme-mask-shape has shape \[4, 7\]/,
  ],
  [
    'mask-value',
    '{ blocks: [], mask: tf.onesLike(context.similarities) }',
    filter,
    'MOCHI_SAMPLER_OUTPUT',
    /acme-mask-value returned a mask that holds something other than 0 and -Infinity/,
  ],
  [
    'throws',
    'context.nothing.here',
    '',
    'MOCHI_SAMPLER_FAILED',
    /The sampler acme-throws threw while the step was built: Cannot read properties of undefined/,
  ],
  ['returns-nothing', 'undefined', '', 'MOCHI_SAMPLER_OUTPUT', /acme-returns-nothing returned undefined[^]*the word return/],
  ['is-async', 'Promise.resolve({ blocks: [] })', '', 'MOCHI_SAMPLER_OUTPUT', /acme-is-async returned a Promise[^]*async off/],
  ['a-list', '[bankBlock()]', '', 'MOCHI_SAMPLER_OUTPUT', /acme-a-list returned an array of 1/],
  ['a-block', 'bankBlock()', '', 'MOCHI_SAMPLER_OUTPUT', /an object without blocks; its keys are: kind, bank/],
  [
    'array-weights',
    '{ blocks: [bankBlock({ logWeights: [0] })] }',
    '',
    'MOCHI_SAMPLER_OUTPUT',
    /blocks\[0\] \(bank\) whose logWeights is an array of 1 and no tensor/,
  ],
  ['op-refused', 'tf.matMul(context.queries, tf.zeros([3, 3]))', '', 'MOCHI_SAMPLER_FAILED', /The sampler acme-op-refused threw/],
])('%s: the error names the plugin and the tensor', async (name, sample, more, code, message) => {
  const plugins = [pluginFile(name, sample, more)];
  const config = smallRun(join(root, 'images'), { plugins, sampler: `acme-${name}` });
  await expect(train(config)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
});
