import { expect, test } from 'vitest';
import { formatPlan } from './format-plan.js';

test('the plan names the chain of samplers with their warm-up, so that a forgotten override is seen', () => {
  const sizes = {
    images: 12,
    classes: 2,
    batchSize: 4,
    stepsPerEpoch: 3,
    totalSteps: 6,
    totalEpochs: 2,
    parameters: 9,
    stateBytes: 9,
  };
  const samplers = [
    { name: 'oracle', warmUpSteps: 0 },
    { name: 'mochi', warmUpSteps: 4 },
  ];
  const plan = { name: 'run', ...sizes, banks: [], samplers, ceilings: [{ sampler: 'mochi', n: 128, share: 0.2 }], warnings: [], evaluators: [] }; // prettier-ignore
  expect(formatPlan(plan)).toMatch(/^sampler +oracle \+ mochi \(after 4 steps of warm-up\)$/m);
  expect(formatPlan(plan)).toMatch(/^ceiling +of the 128 hardest rows of mochi at most 20 % .*false negatives/m);
});
