import { bankBlock, mixtureBlock, type NegativeSampler, type SampleContext, type Sampled } from '@mochi/contract';
import { startTensorFlow, topK } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { samplerConformance } from './conformances.js';
import { samplerPlugin } from '../../test/sampler-plugin.js';
import { samplerChecks } from './sampler.js';

await startTensorFlow();

/** Each query's 4 hardest rows, weighed by a draw for each sample. */
function good({ similarities, mask, ids, rng }: SampleContext): Sampled {
  const masked = mask ? tf.add(similarities, mask) : similarities;
  const { values, indices } = topK(masked, 4);
  const drawn = rng.perSample(ids).uniform([4, 1]);
  const logWeights = tf.where(tf.greater(values, -Infinity), tf.zerosLike(values), tf.fill(values.shape, -Infinity));
  return {
    blocks: [
      bankBlock(mask ? { logWeights: mask } : {}),
      mixtureBlock({ rows: tf.expandDims(indices, 2), weights: drawn, logWeights }),
    ],
  };
}
const tidied = (context: SampleContext, change: (sampled: Sampled) => Sampled = (sampled) => sampled): Sampled => {
  let out: Sampled | undefined;
  tf.tidy(() => {
    out = change(good(context));
    return out.blocks.flatMap((block) => Object.values(block).filter((value) => value instanceof tf.Tensor));
  });
  return out!;
};

samplerConformance(
  samplerPlugin('good', { sample: (context) => tidied(context), phase: ({ step }) => (step < 100 ? 'warm-up' : 'full') }),
);

const mixtureOf = (sampled: Sampled) => {
  const [bank, mixture] = sampled.blocks;
  if (bank?.kind !== 'bank' || mixture?.kind !== 'mixture') throw new Error('unexpected blocks');
  return { bank, mixture };
};
let calls = 0;

describe('what breaks the contract is found', () => {
  test.each<[string, Omit<NegativeSampler, 'name'>, string, RegExp]>([
    [
      'weights of another shape',
      {
        sample: (context) =>
          tidied(context, (s) => ({ blocks: [{ ...mixtureOf(s).mixture, weights: tf.ones([6, 4, 2]) as tf.Tensor3D }] })),
      },
      'blocks have the shapes',
      /weights has the shape \[6, 4, 2\], want \[6, 4, 1\]/,
    ],
    [
      'a row past the bank',
      {
        sample: (context) =>
          tidied(context, (s) => ({
            blocks: [{ ...mixtureOf(s).mixture, rows: tf.fill([6, 4, 1], 64, 'int32') as tf.Tensor3D }],
          })),
      },
      'blocks have the shapes',
      /holds 64, which is no row of a bank of 64/,
    ],
    [
      'float rows',
      {
        sample: (context) =>
          tidied(context, (s) => ({ blocks: [{ ...mixtureOf(s).mixture, rows: tf.zeros([6, 4, 1]) as tf.Tensor3D }] })),
      },
      'blocks have the shapes',
      /rows is float32, want int32/,
    ],
    [
      'two blocks of a bank',
      { sample: () => ({ blocks: [bankBlock(), bankBlock()] }) },
      'blocks have the shapes',
      /more than one bank block/,
    ],
    [
      'NaN',
      { sample: () => ({ blocks: [bankBlock({ logWeights: tf.fill([6, 64], NaN) as tf.Tensor2D })] }) },
      'blocks have the shapes',
      /logWeights holds NaN/,
    ],
    [
      'a counter',
      { sample: () => ({ blocks: [bankBlock({ logWeights: tf.fill([6, 64], calls++) as tf.Tensor2D })] }) },
      'the same stream',
      /a second call: blocks\.0\.logWeights differs[^]*Math\.random\(\), Date and counters/,
    ],
    ['a promise', { sample: (async () => ({ blocks: [bankBlock()] })) as never }, 'blocks have', /bad returned a Promise/],
    ['nothing', { sample: (() => undefined) as never }, 'a compiled step', /bad returned undefined/],
    [
      'no negative for one of the queries',
      {
        sample: ({ similarities }) => {
          const last = tf.equal(tf.range(0, similarities.shape[0]), similarities.shape[0] - 1);
          const logWeights = tf.where(tf.expandDims(last, 1), tf.fill(similarities.shape, -Infinity), 0) as tf.Tensor2D;
          return { blocks: [bankBlock({ logWeights })] };
        },
      },
      'it does what its role says',
      /no negative is left to query 5/,
    ],
    [
      'JavaScript randomness',
      { sample: () => ({ blocks: [bankBlock({ logWeights: tf.fill([6, 64], Math.random()) as tf.Tensor2D })] }) },
      'a compiled step',
      /compiled at step 0/,
    ],
    [
      'a read while traced',
      {
        sample: ({ similarities }) => ({
          blocks: [bankBlock({ logWeights: tf.fill([6, 64], similarities.dataSync()[0]!) as tf.Tensor2D })],
        }),
      },
      'a compiled step',
      /MOCHI_READ_WHILE_TRACING/,
    ],
    ['a leak', { sample: good }, 'no tensor is left behind', /leaked/],
    [
      'an input disposed',
      { sample: (context) => (context.positives.dispose(), { blocks: [bankBlock()] }) },
      'no tensor is left behind',
      /disposed one of its inputs/,
    ],
    [
      "another query's pool",
      {
        sample: (context) =>
          tidied(context, (s) => ({
            blocks: [
              { ...mixtureOf(s).mixture, rows: tf.tile(tf.slice(mixtureOf(s).mixture.rows, 0, 1), [6, 1, 1]) as tf.Tensor3D },
            ],
          })),
      },
      'each query has its own',
      /the batch reversed: blocks\.0\.rows differs/,
    ],
    [
      'draws by place in the batch',
      { sample: ({ rng }) => ({ blocks: [bankBlock({ logWeights: rng.uniform([6, 64]) as tf.Tensor2D })] }) },
      'each query has its own',
      /the batch reversed/,
    ],
    [
      'a mask that is passed over',
      { sample: () => ({ blocks: [bankBlock()] }) },
      'rows that are masked',
      /phase full: your sample ignores context\.mask: add it to similarities before ranking, and to logWeights\./,
    ],
    [
      'masked parents',
      {
        sample: (context) =>
          tidied(context, (s) => ({
            blocks: [mixtureOf(s).bank, { ...mixtureOf(s).mixture, rows: tf.zeros([6, 4, 1], 'int32') as tf.Tensor3D }],
          })),
      },
      'rows that are masked',
      /is made of row \d+, which is masked/,
    ],
    [
      'weight on masked parents where too few rows are free',
      {
        sample: (context) =>
          tidied(context, (s) => ({ blocks: [{ ...mixtureOf(s).mixture, logWeights: tf.zeros([6, 4]) as tf.Tensor2D }] })),
      },
      'fewer free rows',
      /which is masked/,
    ],
  ])('%s', async (_, sampler, name, message) => {
    const check = samplerChecks(samplerPlugin('bad', sampler)).find((each) => each.name.startsWith(name))!;
    await expect((async () => check.run())()).rejects.toThrow(message);
  });

  test('options are checked as those of a config are', async () => {
    const [check] = samplerChecks(samplerPlugin('good', { sample: good }), { n: 3 });
    await expect((async () => check!.run())()).rejects.toThrow(/MOCHI_CONFIG_INVALID/);
  });
});
