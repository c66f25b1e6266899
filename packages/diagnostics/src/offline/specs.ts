import type { MetricSpec } from '@mochi/contract';
import type { DrawsSpec } from './draws-evaluator.js';

const share = (name: string, better: MetricSpec['better']): MetricSpec => ({ name, unit: 'share', better });

// How hard the negatives are has no direction: to make them harder is what a sampler is for.

/** Whether the positive is found among the negatives, and how much harder synthetic ones make that. */
export const PROXY_TASK: DrawsSpec = {
  name: 'proxy-task',
  metrics: ['proxyAccuracy', 'proxyAccuracyAll', 'proxyAccuracySynthetic'].map((name) => share(name, null)),
  required: ['proxyAccuracy'],
};

const RANKS = Array.from({ length: 11 }, (_, power) => 2 ** power);

/** How the loss spreads over the negatives, hardest first. */
export const HARDNESS_PROFILE: DrawsSpec = {
  name: 'hardness-profile',
  metrics: [
    ...RANKS.map((rank): MetricSpec => ({ name: `matchingProbability${rank}`, unit: 'probability', better: null })),
    { name: 'effectiveNegatives', unit: 'negatives', better: null },
    { name: 'syntheticSimilarity', unit: 'cosine', better: null },
    { name: 'parentSimilarity', unit: 'cosine', better: null },
    share('syntheticAbovePositive', null),
    share('rowsLeftOut', null),
  ],
  required: ['effectiveNegatives'],
};

/** Negatives that have the query's class: of the bank, and of what is mixed from it. */
export const FALSE_NEGATIVES: DrawsSpec = {
  name: 'false-negatives',
  metrics: [
    share('falseNegativesAtN', 'lower'),
    share('falseNegativesPushed', 'lower'),
    share('sameClassShare', null), // of the data
    { name: 'sameClassRows', unit: 'rows', better: null },
    share('syntheticFalseNegatives', 'lower'),
    share('syntheticPartFalseNegatives', 'lower'),
    share('selfCollisions', 'lower'),
  ],
  required: ['falseNegativesAtN'],
};
