import type { Recipe, Step } from '../../recipe.js';
import type { MocoV2Config } from './config.js';

/**
 * MoCo-v2's recipe: crop, colour jitter, grayscale, blur, flip. Steps of probability 0 are left out.
 *
 * @see Chen et al. 2020, Improved Baselines with Momentum Contrastive Learning, arXiv:2003.04297
 */
export function mocoV2Recipe({ scale, ratio, jitter, grayscale, blur, flip, mean, std }: MocoV2Config): Recipe {
  const steps: Step[] = [
    { op: 'color-jitter', ...jitter },
    { op: 'grayscale', ...grayscale },
    { op: 'gaussian-blur', ...blur },
    { op: 'horizontal-flip', ...flip },
  ];
  return { name: 'moco-v2', crop: { scale, ratio }, steps: steps.filter(({ p }) => p > 0), mean, std };
}
