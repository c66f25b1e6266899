import {
  API_VERSION,
  MochiError,
  NEGATIVE_SAMPLER,
  bankBlock,
  definePlugin,
  type Plugin,
  type SampleContext,
  type Sampled,
} from '@mochi/contract';
import { rankMask, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { samplerPlugin } from '../../test/sampler-plugin.js';
import { samplerChecks } from './sampler.js';

await startTensorFlow();

/** What fails of the suite, by name. */
const failures = async (plugin: Plugin, options: object = {}): Promise<Record<string, string>> => {
  const failed: Record<string, string> = {};
  for (const { name, run } of samplerChecks(plugin, options))
    await (async () => run())().catch((error: Error) => (failed[name] = error.message));
  return failed;
};

const ranked = ({ similarities, bankName }: SampleContext): Sampled => ({
  blocks: [bankBlock({ bank: bankName, logWeights: rankMask(similarities, 0, 4) })],
});

test('a forgotten mask is one failure', async () => {
  expect(Object.keys(await failures(samplerPlugin('forgetful', { sample: ranked })))).toEqual([
    'rows that are masked count for nothing',
  ]);
});

test.each<[string, (similarities: tf.Tensor2D, own: tf.Tensor) => tf.Tensor, RegExp]>([
  ['below', tf.less, /query 0 of a full bank without a mask, where its positive is as unlike it as can be \(q\.k near -1\)/],
  [
    'above',
    (similarities, own) => tf.greater(similarities, tf.sub(tf.mul(2, own), 1)),
    /where its positive is as like it as can be \(q\.k near 1\)/,
  ],
])('rows %s the similarity to the own key alone', async (_, side, message) => {
  const sample = ({ queries, positives, similarities, mask }: SampleContext): Sampled => {
    const logWeights = tf.tidy(() => {
      const own = tf.sum(tf.mul(queries, positives), 1, true); // [B, 1]
      const kept = tf.where(side(similarities, own), 0, -Infinity) as tf.Tensor2D;
      return mask ? tf.add<tf.Tensor2D>(kept, mask) : kept;
    });
    return { blocks: [bankBlock({ logWeights })] };
  };
  const filter = ({ queries, positives, similarities }: SampleContext): Sampled => ({
    blocks: [],
    mask: tf.tidy(() => tf.where(side(similarities, tf.sum(tf.mul(queries, positives), 1, true)), 0, -Infinity) as tf.Tensor2D),
  });
  const name = 'it does what its role says, and leaves some negative to each query';
  const source = await failures(samplerPlugin('naive', { sample }));
  expect(source).toEqual({ [name]: expect.stringMatching(message) as string });
  const filtered = await failures(samplerPlugin('naive', { role: 'filter', sample: filter }));
  expect(filtered[name]).toMatch(/the filter leaves query 0 no row at all, where its positive is/);
});

test('options that the bank of the suite does not suffice for', async () => {
  const plugin = definePlugin({
    ...{ name: 'large', kind: 'sampler', apiVersion: API_VERSION },
    config: z.strictObject({ least: z.int().default(0), top: z.int().positive().default(256) }),
    setup: (host, { top }) =>
      host.provide(NEGATIVE_SAMPLER, () => ({
        name: 'large',
        check(capacity) {
          if (top > capacity)
            throw new MochiError('MOCHI_LARGE', { happened: `top ${top} > ${capacity}.`, expected: 'less', fix: 'Less.' });
        },
        sample: ({ mask, bankName }) => ({
          blocks: [bankBlock({ bank: bankName, ...(mask && { logWeights: tf.clone(mask) }) })],
        }),
      })),
  });
  expect(await failures(plugin)).toEqual({
    'its options fit the bank of this suite':
      "with these options the plugin refuses the suite's bank of 64 rows (top 256 > 64); give smaller options, e.g. top=16",
  });
  expect(await failures(plugin, { top: 16 })).toEqual({});
});
