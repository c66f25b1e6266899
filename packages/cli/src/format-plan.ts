import type { TrainingPlan } from '@mochi/mochi';

const whole = (value: number): string => value.toLocaleString('en-US');

const counted = (value: number, noun: string): string => `${whole(value)} ${noun}${value === 1 ? '' : 's'}`;

const samplerText = ({ name, warmUpSteps }: TrainingPlan['samplers'][number]): string =>
  warmUpSteps === 0 ? name : `${name} (after ${counted(warmUpSteps, 'step')} of warm-up)`;

const ceilingText = ({ sampler, n, share }: TrainingPlan['ceilings'][number]): string =>
  `ceiling     of the ${whole(n)} hardest rows of ${sampler} at most ${(100 * share).toFixed(0)} % are of the query's class (false negatives), were classes equally frequent`;

/** What `mochi train --dry-run` says to a person. */
export function formatPlan(plan: TrainingPlan): string {
  const { name, images, classes, batchSize, stepsPerEpoch, totalSteps, totalEpochs, parameters, stateBytes, banks, evaluators } =
    plan;
  return [
    `run         ${name}`,
    `data        ${whole(images)} images${classes === null ? ', no labels' : `, ${whole(classes)} classes`}`,
    `training    ${counted(totalSteps, 'step')} of ${whole(batchSize)} images: ${counted(totalEpochs, 'epoch')} of ${counted(stepsPerEpoch, 'step')}`,
    `parameters  ${whole(parameters)}`,
    `checkpoint  ${(stateBytes / 2 ** 20).toFixed(1)} MiB`,
    `banks       ${banks.map((bank) => `${bank.name}, ${whole(bank.capacity)} rows`).join('; ') || 'none'}`,
    `sampler     ${plan.samplers.map(samplerText).join(' + ') || 'none'}`,
    ...plan.ceilings.map(ceilingText),
    `evaluators  ${evaluators.map(({ name, splits }) => (splits.length === 0 ? name : `${name} (on ${splits.join(', ')})`)).join('; ') || 'none'}`,
    ...plan.warnings.map((text) => `warning     ${text}`),
    'The first step ran; nothing was written.',
  ].join('\n');
}
