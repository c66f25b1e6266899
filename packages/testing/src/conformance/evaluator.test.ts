import { EVALUATOR, type EvalContext, type Evaluator } from '@mochi/contract';
import { evaluatorOptions } from '@mochi/core';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { z } from 'zod';
import { expectFault, pluginOf } from '../../test/small-plugin.js';
import { evaluatorConformance } from './conformances.js';
import { evaluatorChecks } from './evaluator.js';

await startTensorFlow();

/** The mean of all features of the test split: what it measures is of no interest. */
const evaluator: Evaluator = {
  name: 'small',
  metrics: [{ name: 'mean', unit: 'no unit', better: 'higher' }],
  settings: { split: 'test' },
  everyEpochs: null,
  async run({ features }) {
    const { features: values, rows } = await features('test');
    return { mean: rows === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length };
  },
};

evaluatorConformance(pluginOf('evaluator', EVALUATOR, evaluator));

const checksWith = (change: Partial<Evaluator>) => evaluatorChecks(pluginOf('evaluator', EVALUATOR, { ...evaluator, ...change }));
const [spec] = evaluator.metrics;
const running = (change: (context: EvalContext) => Promise<Record<string, number>>) => ({ run: change });

describe('what breaks the contract is found', () => {
  test.each<[string, Partial<Evaluator>, string, RegExp]>([
    ['two metrics of one name', { metrics: [spec!, spec!] }, 'metrics have', /two metrics are called mean/],
    [
      'no direction',
      { metrics: [{ ...spec!, better: 'up' as never }] },
      'metrics have',
      /does not say which way is better, but "up"/,
    ],
    ['no unit', { metrics: [{ ...spec!, unit: '' }] }, 'metrics have', /mean has no unit/],
    ['a cadence of 0', { everyEpochs: 0 }, 'metrics have', /every 0 epochs/],
    [
      'a number that nobody declared',
      running(async () => ({ mean: 1, other: 2 })),
      'it measures',
      /measures other, which it does not declare/,
    ],
    ['a number that is missing', running(async () => ({})), 'it measures', /declares mean and does not measure it/],
    ['NaN', running(async () => ({ mean: NaN })), 'it measures', /mean is NaN/],
    [
      'chance of JavaScript',
      running(async () => ({ mean: Math.random() })),
      'the same features',
      /measured again .*draw from the stream/,
    ],
    [
      'features normalised in place',
      running(async ({ features }) => {
        const { features: values } = await features('test');
        values.forEach((value, at) => (values[at] = value / 2));
        return { mean: 0 };
      }),
      'features are shared',
      /changed features of the split test/,
    ],
    [
      'a failure taken for 0',
      running(async (context) => evaluator.run(context).catch(() => ({ mean: 0 })) as Promise<{ mean: number }>),
      'features that cannot be read',
      /could not be read, and it measured all the same/,
    ],
    [
      'labels taken for granted',
      running(async ({ features }) => ({ mean: (await features('test')).labels![0]! })),
      'data without labels',
      /without labels: it fails without a code/,
    ],
    [
      'rows taken for granted',
      running(async ({ features }) => {
        const { features: values } = await features('test');
        return { mean: values[0]! / values.length };
      }),
      'a split without rows',
      /without rows: mean is NaN/,
    ],
    ['a setting that is a function', { settings: { k: () => 1 } }, 'settings are', /setting k is no JSON/],
    [
      'a leak',
      running(async (context) => (tf.tensor1d([1, 2]), evaluator.run(context)) as Promise<{ mean: number }>),
      'no tensor',
      /1 tensors leaked/,
    ],
  ])('%s', (_, change, name, message) => expectFault(checksWith(change), name, message));

  test('an option as that nobody heeds', async () => {
    const deaf = { ...pluginOf('evaluator', EVALUATOR, evaluator), config: z.strictObject(evaluatorOptions) };
    await expectFault(evaluatorChecks(deaf), 'the option as', /as is "other", but the evaluator is called "small"/);
  });

  test('an option that passes for a default', async () => {
    const lax = {
      ...pluginOf('evaluator', EVALUATOR, evaluator),
      config: { '~standard': { version: 1 as const, vendor: 'none', validate: (value: unknown) => ({ value }) } },
    };
    await expectFault(evaluatorChecks(lax), 'an option', /noSuchOption is taken/);
  });
});
