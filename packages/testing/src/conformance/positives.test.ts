import { POSITIVE_SOURCE, SCHEDULE, type PositiveContext, type Positives, type Schedule } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { expectFault, pluginOf } from '../../test/small-plugin.js';
import { positivesConformance, scheduleConformance } from './conformances.js';
import { positivesChecks } from './positives.js';
import { scheduleChecks } from './schedule.js';

await startTensorFlow();

type Source = (context: PositiveContext) => Positives;
const pluginWith = (positives: Source) => pluginOf('positives', POSITIVE_SOURCE, { name: 'small', positives });
/** The plainest source: the key. */
const own: Source = ({ keys }) => ({ positives: tf.clone(keys) });
positivesConformance(pluginWith(own));

const schedule: Schedule = { name: 'small', factor: ({ epochs }) => Math.max(0, 1 - epochs / 200) };
scheduleConformance(pluginOf('schedule', SCHEDULE, schedule));
let counter = 0;

describe('what breaks the contract is found', () => {
  test.each<[string, Source, string, RegExp]>([
    [
      'rows that are no unit vectors',
      ({ keys }) => ({ positives: tf.mul(keys, 2) }),
      'positives are',
      /positives\[0\] has length (2|1\.99)/,
    ],
    [
      'one positive for all',
      ({ keys }) => ({ positives: tf.slice(keys, 0, 1) }),
      'positives are',
      /has the shape \[1, 16\], want \[6, 16\]/,
    ],
    [
      'a mask of ones',
      (context) => ({ ...own(context), mask: tf.onesLike(context.similarities) }),
      'positives are',
      /the mask holds 1, which is neither/,
    ],
    [
      "query 0's positive for every query",
      ({ keys }) => ({ positives: tf.tile(tf.slice(keys, 0, 1), [keys.shape[0], 1]) }),
      'each query',
      /the batch in another order: positives differs/,
    ],
    [
      'chance',
      ({ keys }) => ({ positives: counter++ % 2 ? tf.neg(keys) : tf.clone(keys) }),
      'the same inputs',
      /a second call: positives differs/,
    ],
    [
      'rows that were never written, normalised by how many there are',
      ({ keys, bank }) => {
        const filled = tf.cast(bank.filled, 'float32');
        return { positives: tf.mul(keys, tf.div(filled, filled)) as tf.Tensor2D };
      },
      'a bank that nobody wrote to',
      /positives\[0\] is NaN/,
    ],
    [
      'a mask of every row',
      (context) => ({ ...own(context), mask: tf.fill(context.similarities.shape, -Infinity) }),
      'a mask leaves',
      /leaves query 0 no negative/,
    ],
    ['a read of values', (context) => (context.keys.dataSync(), own(context)), 'a compiled step', /./],
    ['a leak', (context) => (tf.zeros([1]), own(context)), 'no tensor', /leaked/],
  ])('%s', (_, source, name, message) => expectFault(positivesChecks(pluginWith(source)), name, message));

  test.each<[string, Schedule['factor'], string, RegExp]>([
    ['a rate below 0', ({ epochs }) => 1 - epochs / 100, 'a factor is', /the factor at step 19999 is -/],
    ['a rate of 0 throughout', () => 0, 'a factor is', /nothing would be learnt/],
    ['a factor that counts its calls', () => 1 / ++counter, 'a factor belongs', /the factor at step 0 is .*, and asked again/],
  ])('%s', (_, factor, name, message) =>
    expectFault(scheduleChecks(pluginOf('schedule', SCHEDULE, { ...schedule, factor })), name, message),
  );
});
