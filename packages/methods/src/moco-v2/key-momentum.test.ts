import type { Progress } from '@mochi/contract';
import { expect, test } from 'vitest';
import { mocoV2Config, type MocoV2Options } from './config.js';
import { keyMomentumAt } from './key-momentum.js';

const at = (step: number): Progress => ({ step, totalSteps: 40, stepsPerEpoch: 10, epoch: 0, epochs: step / 10, filled: 0 });

test.each<[string, MocoV2Options['keyMomentum'], number[]]>([
  ['a number', 0.99, [0.99, 0.99, 0.99, 0.99]],
  ['a ramp', { from: 0.9, to: 1, over: '2ep' }, [0.9, 0.95, 1, 1]],
  ['a cosine to 1, over the whole run', { shape: 'cosine', from: 0.9 }, [0.9, 1 - 0.05 * (1 + Math.SQRT1_2), 0.95, 1]],
])('%s', (_, option, want) => {
  const value = keyMomentumAt(mocoV2Config.parse({ keyMomentum: option }).keyMomentum);
  [0, 10, 20, 40].forEach((step, index) => expect(value(at(step))).toBeCloseTo(want[index]!, 12));
});

test.each([1.1, -0.1, { from: 0.9, to: 1.5, over: '1ep' }, { shape: 'cosine', from: 2 }, { from: 0.9 }])(
  '%o is refused',
  (option) => expect(() => mocoV2Config.parse({ keyMomentum: option })).toThrow(),
);
