import { expect, expectTypeOf, test } from 'vitest';
import { z } from 'zod';
import { duration, inEpochs, inSteps, interval, wholeEpochs, type Duration } from './duration.js';

test.each<[unknown, Duration]>([
  ['10ep', { epochs: 10 }],
  ['0.5 epochs', { epochs: 0.5 }],
  ['1 epoch', { epochs: 1 }],
  ['10epochs', { epochs: 10 }],
  ['0ep', { epochs: 0 }],
  ['500st', { steps: 500 }],
  ['500 steps', { steps: 500 }],
  [3, { epochs: 3 }],
  [{ steps: 7 }, { steps: 7 }],
  [{ epochs: 7.5 }, { epochs: 7.5 }],
])('duration: %j', (given, want) => {
  expect(duration.parse(given)).toEqual(want);
  expect(duration.parse(duration.parse(given))).toEqual(want); // a resolved config can be read again
});

test.each(['10', 'ten epochs', '-1ep', '1.5 steps', '5 minutes', -1, NaN, null, {}, { epochs: 1, steps: 1 }, { steps: 0.5 }])(
  'duration: %j is refused',
  (given) => {
    expect(duration.safeParse(given).error?.issues[0]?.message).toMatch(/a duration: 10ep/);
  },
);

test('interval is greater than 0', () => {
  expect(interval.safeParse('0ep').success).toBe(false);
  expect(interval.parse('1st')).toEqual({ steps: 1 });
});

test.each(['3 eps', '500st', '0ep', 1.5, 0, {}, { steps: 3 }])('whole epochs: of %j only what is accepted is told', (given) => {
  expect(wholeEpochs.safeParse(given).error?.issues[0]?.message).toBe(
    'whole epochs, 1 or more: 10ep, "10 epochs", or a number of epochs',
  );
  expect(wholeEpochs.parse('3ep')).toBe(3);
});

test('a default is given by prefault', () =>
  expect(z.strictObject({ warmup: duration.prefault('10ep') }).parse({})).toEqual({ warmup: { epochs: 10 } }));

test.each<[Duration, number, number]>([
  [{ epochs: 2 }, 200, 2],
  [{ epochs: 0.255 }, 26, 0.255], // 25.5 steps
  [{ steps: 50 }, 50, 0.5],
])('%j is %i steps and %f epochs of 100 steps', (given, steps, epochs) => {
  expect(inSteps(given, 100)).toBe(steps);
  expect(inEpochs(given, 100)).toBe(epochs);
});

test('types', () => {
  expectTypeOf<z.output<typeof duration>>().toEqualTypeOf<Duration>();
});
