import type { TrainingPlan } from '@mochi/mochi';

const whole = (value: number): string => value.toLocaleString('en-US');

/** What `mochi train --dry-run` says to a person. */
export function formatPlan(plan: TrainingPlan): string {
  const { name, images, classes, batchSize, stepsPerEpoch, totalSteps, totalEpochs, parameters, stateBytes, banks, evaluators } =
    plan;
  return [
    `run         ${name}`,
    `data        ${whole(images)} images${classes === null ? ', no labels' : `, ${whole(classes)} classes`}`,
    `training    ${whole(totalSteps)} steps of ${whole(batchSize)} images: ${whole(totalEpochs)} epochs of ${whole(stepsPerEpoch)}`,
    `parameters  ${whole(parameters)}`,
    `checkpoint  ${(stateBytes / 2 ** 20).toFixed(1)} MiB`,
    `banks       ${banks.map((bank) => `${bank.name}, ${whole(bank.capacity)} rows`).join('; ') || 'none'}`,
    `evaluators  ${evaluators.join(', ') || 'none'}`,
    'The first step ran; nothing was written.',
  ].join('\n');
}
