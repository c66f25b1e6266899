import type { Evaluator } from '@mochi/contract';
import { expect, test } from 'vitest';
import { resultsOf } from './evaluator-results.js';

const metrics = ['x', 'z'].map((name) => ({ name, unit: '%', better: 'higher' }) as const);
const evaluator: Evaluator = { name: 'acme', metrics, settings: {}, everyEpochs: null, run: () => Promise.resolve({}) };

test('values get the unit and direction that are declared; one of several may be absent', () => {
  expect(resultsOf(evaluator, { x: 1, z: { value: 2, low: 1, high: 3, n: 9 } })).toEqual({
    x: { value: 1, unit: '%', better: 'higher' },
    z: { value: 2, low: 1, high: 3, n: 9, unit: '%', better: 'higher' },
  });
  expect(resultsOf(evaluator, { z: 0 })).toEqual({ z: { value: 0, unit: '%', better: 'higher' } });
  expect(resultsOf({ ...evaluator, metrics: [] }, {})).toEqual({});
});

test.each<[unknown, string]>([
  [undefined, 'undefined'],
  [null, 'null'],
  [3, '3'],
  ['3', 'a string'],
  [[1, 2], 'an array of 2'],
  [{}, 'an object without any of them'],
  [{ x: 1, y: 2 }, 'y, which it does not declare'],
  [{ x: NaN }, 'x = NaN'],
  [{ x: undefined }, 'x = undefined'],
  [{ x: 1, z: '2' }, 'z = a string'],
  [{ x: { value: Infinity } }, 'x = Infinity'],
  [{ x: {} }, 'x = undefined'],
])('%o is refused by name', (values, returned) => {
  expect(() => resultsOf(evaluator, values)).toThrow(
    expect.objectContaining({
      code: 'MOCHI_EVALUATOR_RESULT',
      happened: `The evaluator acme declared x, z; its run returned ${returned}.`,
      fix: expect.stringMatching(/^Return \{ x: number \} from run\./) as string,
    }),
  );
});
