import {
  API_VERSION,
  bankBlock,
  definePlugin,
  mixtureBlock,
  NEGATIVE_SAMPLER,
  rowsBlock,
  type NegativeSampler,
  type Plugin,
  type Host,
  type SampleContext,
} from '@mochi/contract';
import { gather, startTensorFlow, topK } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { samplerChecks } from './sampler.js';

await startTensorFlow();

type Made = Omit<NegativeSampler, 'name'>;

const pluginOf = (make: (host: Host) => Made, config: z.ZodType<object> = z.strictObject({})): Plugin =>
  definePlugin({
    ...{ name: 'odd', kind: 'sampler', apiVersion: API_VERSION, config },
    setup(host) {
      const made = make(host);
      host.provide(NEGATIVE_SAMPLER, () => ({ name: 'odd', ...made }));
    },
  });

/** Fails unless the check whose name begins so fails with that message. */
async function fails(plugin: Plugin, check: string, message: RegExp): Promise<void> {
  const found = samplerChecks(plugin).find(({ name }) => name.startsWith(check));
  await expect((async () => found!.run())()).rejects.toThrow(message);
}

const hardest = ({ similarities, mask }: SampleContext): tf.Tensor2D =>
  topK(mask ? tf.add(similarities, mask) : similarities, 4).indices as tf.Tensor2D;

describe('faults of public ports of MoCHi', () => {
  test("one query's pool for every query", () => {
    const sample = (context: SampleContext) => {
      const pool = tf.tile(tf.slice(hardest(context), 0, 1), [context.queries.shape[0], 1]); // those of query 0
      return { blocks: [mixtureBlock({ rows: tf.expandDims(pool, 2), weights: tf.ones([...pool.shape, 1]) })] };
    };
    return fails(
      pluginOf(() => ({ sample })),
      'each query has its own',
      /depend on its place in the batch, or on another query.*rows differs/,
    );
  });

  /** Leaves one row of the bank out, the next at each step. */
  const skipOne = (pointer: tf.Tensor, { similarities: l }: SampleContext) => {
    const here = tf.equal(tf.range(0, l.shape[1], 1, 'int32'), tf.cast(pointer, 'int32'));
    return bankBlock({ logWeights: tf.tile(tf.expandDims(tf.where(here, -Infinity, 0), 0), [l.shape[0], 1]) as tf.Tensor2D });
  };

  test('a pointer that a resumed run begins anew', async () => {
    const forgetful = pluginOf(() => {
      let pointer = 0;
      return { sample: (context) => ({ blocks: [skipOne(tf.scalar(pointer++, 'int32'), context)] }) };
    });
    await fails(
      forgetful,
      'what it remembers',
      /step 2 of a run resumed at step 2: something is remembered outside of the state/,
    );
    const right = pluginOf((host) => {
      host.state('pointer', () => tf.scalar(0, 'int32'));
      return {
        sample: (context, { pointer }) => ({
          ...{ blocks: [skipOne(pointer!, context)], state: { pointer: tf.add(pointer!, tf.scalar(1, 'int32')) } },
        }),
      };
    });
    await samplerChecks(right)
      .find(({ name }) => name.startsWith('what it remembers'))!
      .run();
  });
});

describe('state', () => {
  test.each([
    ['another shape', { pointer: tf.zeros([2]) }, /the state pointer has the shape \[2\]/],
    ['another name', { pinter: tf.scalar(0) }, /has pinter, which host\.state did not register/],
  ] as const)('%s', (_, state, message) =>
    fails(
      pluginOf((host) => {
        host.state('pointer', () => tf.scalar(0));
        return {
          sample: () => ({
            blocks: [bankBlock()],
            state: Object.fromEntries(Object.entries(state).map(([n, t]) => [n, tf.clone(t)])),
          }),
        };
      }),
      'what it remembers',
      message,
    ),
  );
});

const explicit = (of: (context: SampleContext) => tf.Tensor2D): Made => ({
  sample: (context) => ({ blocks: [rowsBlock(tf.expandDims(of(context), 1))] }),
});

describe('limits', () => {
  test.each<[string, Made, string, RegExp]>([
    [
      'the key among the negatives',
      explicit(({ positives }) => positives),
      'no negative is',
      /query 0, its own key among the negatives/,
    ],
    ['the query among them', explicit(({ queries }) => queries), 'no negative is', /query 0, its own query itself/],
    [
      'vectors that are not of unit length',
      explicit(({ queries }) => tf.mul(queries, 2)),
      'blocks have the shapes',
      /row 0 has length (2|1\.99)/,
    ],
    [
      'negatives that count though nothing may be drawn',
      explicit(
        (context) => gather(context.bank.rows, tf.squeeze(tf.slice(hardest(context), [0, 0], [-1, 1]), [1])) as tf.Tensor2D,
      ),
      'fewer free rows',
      /with 0 rows to draw from, blocks\[0\] \(rows\) still counts/,
    ],
    [
      'a bank that is too small, without a code',
      {
        sample: (context) => {
          if (context.similarities.shape[1] < 4) throw new RangeError('k > n');
          return { blocks: [bankBlock()] };
        },
      },
      'a bank that is too small',
      /a bank of 1 rows: k > n/,
    ],
    [
      'a row number from a bank that was full',
      {
        sample: ({ bank: { ids }, queries: { shape } }) => {
          const rows = tf.tile(tf.reshape(tf.slice(ids, ids.shape[0] - 1, 1), [1, 1, 1]), [shape[0], 1, 1]); // -1 where never written
          return { blocks: [mixtureBlock({ rows, weights: tf.ones([shape[0], 1, 1]) })] };
        },
      },
      'a bank that is not full',
      /holds -1, which is no row/,
    ],
    [
      'gradient by log-weights',
      {
        differentiable: false,
        sample: ({ queries, bank: { rows } }) => ({
          blocks: [bankBlock({ differentiable: true, logWeights: tf.matMul<tf.Tensor2D>(queries, rows, false, true) })],
        }),
      },
      'gradient reaches',
      /blocks\[0\] is differentiable, but the sampler is not declared so/,
    ],
    [
      'labels that it did not ask for',
      {
        sample: ({ bank: { labels } }) => ({
          blocks: [bankBlock({ logWeights: tf.tile(tf.expandDims(tf.cast(labels!, 'float32'), 0), [6, 1]) as tf.Tensor2D })],
        }),
      },
      'blocks have the shapes',
      /reads labels that it does not declare: set usesLabels/,
    ],
  ])('%s', (_, made, check, message) =>
    fails(
      pluginOf(() => made),
      check,
      message,
    ),
  );
});

const maskOf = (value: (row: number) => number): NegativeSampler['sample'] => {
  return ({ similarities: { shape } }) => ({
    blocks: [],
    mask: tf.tile(tf.tensor2d([Array.from({ length: shape[1] }, (_, row) => value(row))]), [shape[0], 1]) as tf.Tensor2D,
  });
};

describe('roles', () => {
  test.each<[string, Made, RegExp]>([
    ['a filter without a mask', { role: 'filter', sample: () => ({ blocks: [] }) }, /this one leaves nothing out/],
    ['a filter that weighs', { role: 'filter', sample: maskOf(() => -1) }, /holds -1, which is neither 0 nor -Infinity/],
    ['a filter that leaves nothing', { role: 'filter', sample: maskOf(() => -Infinity) }, /leaves query 0 no row at all/],
    ['a source without blocks', { sample: () => ({ blocks: [] }) }, /this one returns none/],
    [
      'a refining sampler that throws away',
      { role: 'refine', sample: () => ({ blocks: [bankBlock()] }) },
      /the mixture block before it \(previous\[1\]\) is thrown away/,
    ],
  ])('%s', (_, made, message) =>
    fails(
      pluginOf(() => made),
      'it does what its role says',
      message,
    ),
  );

  test('a right filter and a right refining sampler pass every check', async () => {
    const filter = pluginOf(() => ({
      role: 'filter',
      sample: (context) => tf.tidy(() => ({ ...maskOf((row) => (row === 3 ? -Infinity : 0))(context, {}) }) as never),
    }));
    const refine = pluginOf(() => ({
      role: 'refine',
      sample: ({ previous }) => ({ blocks: [...previous], denominator: { kind: 'without-positive' } }),
    }));
    for (const plugin of [filter, refine]) for (const { run } of samplerChecks(plugin)) await run();
  });
});

describe('options', () => {
  const uniform = () => ({ blocks: [bankBlock()] });

  test('a misspelt option that is taken', () =>
    fails(
      pluginOf(() => ({ sample: uniform }), z.object({})),
      'an option',
      /noSuchOption is taken/,
    ));

  const named = z.strictObject({ bank: z.string().default('bank') });

  test('the option bank, passed over', () =>
    fails(
      pluginOf(() => ({ sample: uniform }), named),
      'its blocks name',
      /the sampler says that it draws from "bank"/,
    ));

  test('blocks of another bank than the sampler says', () =>
    fails(
      pluginOf(() => ({ bank: 'other', sample: uniform }), named),
      'its blocks name',
      /names the bank "bank" and not "other"/,
    ));
});
