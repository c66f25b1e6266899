import { bankBlock, mixtureBlock, rowsBlock, type NegativeSampler, type SampleContext } from '@mochi/contract';
import { compile, l2Normalize, logSumExp, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { BATCH, DIM, firstStep, overwrite, ROWS, rowsOf, uniform } from '../../test/step-parts.js';
import { checkChain } from './check-chain.js';
import { splitBatch } from './accumulate.js';

await startTensorFlow();

const seen = (contexts: SampleContext[], more: Partial<NegativeSampler> = {}): NegativeSampler => ({
  ...uniform,
  ...more,
  sample(context) {
    contexts.push(context);
    return uniform.sample(context, {});
  },
});

describe('gradient accumulation', () => {
  const whole = firstStep().run();

  test.each([2, 4])('in %i parts is the step of the whole batch', (accumulate) => {
    const { state, metrics } = firstStep({ accumulate }).run();
    expect(metrics['loss']).toBeAllClose(whole.metrics['loss']!, { rtol: 1e-6 });
    expect(state.params['weight']).toBeAllClose(whole.state.params['weight']!, { rtol: 1e-5, atol: 1e-6 });
    expect(state.banks['bank']!.rows).toBeAllClose(whole.state.banks['bank']!.rows, { rtol: 1e-6 });
    expect(state.banks['bank']!.ids).toBeAllClose(whole.state.banks['bank']!.ids);
  });

  test('every part sees the bank as it was before the batch', () => {
    const contexts: SampleContext[] = [];
    const { before, run } = firstStep({ accumulate: 4, samplers: [seen(contexts)] });
    run();
    expect(contexts).toHaveLength(4);
    for (const { bank } of contexts) expect(bank.rows.arraySync()).toEqual(rowsOf(before.banks['bank']!));
  });

  test('compiled equals eager', () => {
    const { step, before, batch, feeds, phases, run } = firstStep({ accumulate: 2 });
    const compiled = compile(step, { name: 'accumulated' });
    expect(compiled(before, batch, feeds, phases).state.params['weight']).toBeAllClose(run().state.params['weight']!, {
      rtol: 1e-5,
    });
    compiled.dispose();
  });

  test('parts that are not equal, or of one image, are refused', () => {
    const { batch } = firstStep();
    for (const parts of [3, 8]) expect(() => splitBatch(batch, parts)).toThrow(/MOCHI_ACCUMULATE/);
  });
});

describe('banks', () => {
  test('the keys of a batch are written after the loss: negatives of a step never hold them', () => {
    const contexts: SampleContext[] = [];
    const { before, run } = firstStep({ samplers: [seen(contexts)] });
    const { state } = run();
    expect(contexts[0]!.bank.ids.arraySync()).toEqual(Array(ROWS).fill(-1));
    expect(rowsOf(contexts[0]!.bank)).toEqual(rowsOf(before.banks['bank']!));
    expect(state.banks['bank']!.ids.arraySync().slice(0, BATCH)).toEqual(Array.from({ length: BATCH }, (_, at) => 100 + at));
  });

  test('several banks: each sampler draws from its own, the loss sums over both', () => {
    const contexts: SampleContext[] = [];
    const banks = [overwrite('bank'), overwrite('old')];
    const both = firstStep({ banks, samplers: [uniform, seen(contexts, { bank: 'old' })] });
    const { state, metrics } = both.run();
    expect(contexts[0]!.bankName).toBe('old');
    expect(rowsOf(contexts[0]!.bank)).toEqual(rowsOf(both.before.banks['old']!));
    const one = firstStep().run();
    expect(metrics['loss']!.dataSync()[0]).toBeGreaterThan(one.metrics['loss']!.dataSync()[0]!);
    for (const name of ['bank', 'old']) expect(state.banks[name]!.ids.arraySync()).toContain(100);
  });

  test('labels reach only the sampler that asks for them', () => {
    const [asking, other]: SampleContext[][] = [[], []];
    const samplers = [seen(asking!, { role: 'filter', usesLabels: true }), seen(other!)];
    firstStep({ banks: [overwrite('bank', true)], samplers, labels: true }).run();
    expect(asking![0]!.labels).toBeDefined();
    expect(asking![0]!.bank.labels).toBeDefined();
    expect(other![0]!.labels).toBeUndefined();
    expect(other![0]!.bank.labels).toBeUndefined();
  });
});

describe('the chain of samplers', () => {
  const keepFirst: NegativeSampler = {
    ...{ name: 'keep-first', role: 'filter' },
    sample: ({ similarities }) => {
      const columns = tf.greaterEqual(tf.range(0, similarities.shape[1], 1, 'int32'), tf.scalar(1, 'int32'));
      const mask = tf.tile(tf.expandDims(tf.where(columns, -Infinity, 0)), [similarities.shape[0], 1]) as tf.Tensor2D;
      return { blocks: [], mask };
    },
  };
  const noPositive: NegativeSampler = {
    ...{ name: 'no-positive', role: 'refine' },
    sample: ({ previous }) => ({ blocks: [...previous], denominator: { kind: 'without-positive' } }),
  };

  test('a filter alone leaves the rest of the bank', () => {
    const masks: number[][][] = [];
    const watching: NegativeSampler = {
      ...uniform,
      sample: (context) => (masks.push(context.mask!.arraySync()), uniform.sample(context, {})),
    };
    const filtered = firstStep({ samplers: [keepFirst] }).run();
    firstStep({ samplers: [keepFirst, watching] }).run();
    expect(masks[0]![0]).toEqual([0, ...Array<number>(ROWS - 1).fill(-Infinity)]);
    const all = firstStep().run();
    expect(filtered.metrics['loss']!.dataSync()[0]).toBeLessThan(all.metrics['loss']!.dataSync()[0]!);
  });

  test('a refining sampler alone works on the whole bank', () => {
    const [refined, plain] = [firstStep({ samplers: [noPositive] }).run(), firstStep().run()];
    expect(refined.metrics['loss']!.dataSync()[0]).toBeLessThan(plain.metrics['loss']!.dataSync()[0]!);
  });

  test.each([
    ['MOCHI_SAMPLER_ORDER', [uniform, uniform], /both are sources/],
    ['MOCHI_SAMPLER_ORDER', [uniform, keepFirst], /has drawn by then/],
    ['MOCHI_SAMPLER_ORDER', [noPositive, uniform], /a source stands before/],
    ['MOCHI_SAMPLER_BANK', [{ ...uniform, bank: 'other' }], /"other"/],
    ['MOCHI_SAMPLER_LABELS', [{ ...uniform, usesLabels: true }], /needs the labels/],
  ] as const)('%s, with the reason', (code, samplers, reason) => {
    const check = () => checkChain(samplers, new Map([['bank', false]]));
    expect(check).toThrow(code);
    expect(check).toThrow(reason);
  });

  test('gradient flows through log-weights of a sampler declared differentiable, and of no other', () => {
    const steep = (differentiable: boolean): NegativeSampler => ({
      ...{ name: 'steep', differentiable },
      sample: ({ similarities }) => ({
        blocks: [bankBlock({ logWeights: tf.mul(similarities, 3), differentiable: true })],
      }),
    });
    const plain = firstStep({ samplers: [steep(true)] });
    const encode = (view: string, weight: tf.Tensor): tf.Tensor2D =>
      l2Normalize(tf.matMul(tf.reshape(plain.batch.views[view]!, [BATCH, -1]), weight)) as tf.Tensor2D;
    const before = plain.before.params['weight']!;
    const keys = encode('key', before);
    const want = tf.grad((weight) => {
      const queries = encode('query', weight);
      const own = tf.div(tf.sum(tf.mul(queries, keys), 1, true), 0.2);
      const others = tf.mul(tf.matMul(queries, plain.before.banks['bank']!.rows, false, true), 1 / 0.2 + 3);
      return tf.mean(tf.sub(logSumExp(tf.concat([own, others], 1)), tf.squeeze(own)));
    })(before);
    const gradientOf = ({ run }: ReturnType<typeof firstStep>) => tf.div(tf.sub(before, run().state.params['weight']!), 0.1);
    expect(gradientOf(plain)).toBeAllClose(want, { rtol: 1e-4, atol: 1e-5 });
    const constant = gradientOf(firstStep({ samplers: [steep(false)] }));
    expect(tf.max(tf.abs(tf.sub(constant, want))).dataSync()[0]).toBeGreaterThan(0.01);
  });

  test('samplers are told the temperature', () => {
    const contexts: SampleContext[] = [];
    firstStep({ samplers: [seen(contexts)] }).run();
    expect(contexts[0]!.temperature).toBe(0.2);
  });

  test('two denominators are refused', () => {
    const corrected: NegativeSampler = {
      ...{ name: 'corrected', role: 'refine' },
      sample: ({ previous }) => ({ blocks: [...previous], denominator: { kind: 'corrected', tauPlus: 0.1, floor: -1 } }),
    };
    expect(() => firstStep({ samplers: [noPositive, corrected] }).run()).toThrow(/MOCHI_DENOMINATORS_DIFFER/);
  });
});

describe('a sampler that returns what cannot be', () => {
  const returning = (sample: NegativeSampler['sample']): NegativeSampler => ({ name: 'odd', sample });
  const row = (index: number) => tf.fill([BATCH, 3, 1], index, 'int32');
  const ones = () => tf.ones([BATCH, 3, 1]);

  test.each([
    [
      'row index',
      () => mixtureBlock({ rows: row(ROWS), weights: ones() }),
      /rows of block 0 \(mixture\)/,
      /outside of \[0, 16\)/,
    ],
    ['row index', () => mixtureBlock({ rows: row(-1), weights: ones() }), /rows of block 0 \(mixture\)/, /outside/],
    ['weight', () => mixtureBlock({ rows: row(0), weights: tf.fill([BATCH, 3, 1], NaN) }), /weights/, /not finite/],
    ['length', () => rowsBlock(tf.fill([BATCH, 3, DIM], 1)), /rows of block 0 \(rows\)/, /unit length/],
    ['NaN', () => rowsBlock(tf.fill([BATCH, 3, DIM], NaN)), /rows of block 0 \(rows\)/, /unit length/],
    ['log-weight', () => bankBlock({ logWeights: tf.fill([BATCH, ROWS], NaN) }), /logWeights of block 0 \(bank\)/, /NaN/],
  ] as const)('a wrong %s leaves the state as it was and is named', (_what, block, tensor, problem) => {
    const { run, before, faults } = firstStep({ samplers: [returning(() => ({ blocks: [block()] }))] });
    const { state } = run();
    expect(state.params['weight']!.arraySync()).toEqual(before.params['weight']!.arraySync());
    expect(rowsOf(state.banks['bank']!)).toEqual(rowsOf(before.banks['bank']!));
    expect(state.failedAt.dataSync()[0]).toBe(0);
    const fault = faults.fault(state.fault.dataSync()[0]!);
    expect(fault).toMatchObject({ sampler: 'odd' });
    expect(fault!.tensor).toMatch(tensor);
    expect(fault!.problem).toMatch(problem);
  });

  test('a wrong shape is refused while the step is traced, with the name of the sampler', () => {
    const { run } = firstStep({ samplers: [returning(() => ({ blocks: [rowsBlock(tf.zeros([BATCH, 3, DIM + 1]))] }))] });
    expect(run).toThrow(/of the sampler odd/);
  });

  test('what is right passes', () => {
    const right = returning(() => ({ blocks: [mixtureBlock({ rows: row(0), weights: ones() })] }));
    const { state } = firstStep({ samplers: [right] }).run();
    expect([state.fault.dataSync()[0], state.failedAt.dataSync()[0]]).toEqual([-1, -1]);
  });
});
