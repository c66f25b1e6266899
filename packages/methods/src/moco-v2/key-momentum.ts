import type { Progress } from '@mochi/contract';
import { valueOf } from '@mochi/optim';
import type { MocoV2Config } from './config.js';

/**
 * The momentum of the key encoder at a moment of the run.
 *
 * @param option A number, a ramp, or `{ shape: 'cosine', from, to }`: to - (to - from) (1 + cos(pi step / steps)) / 2.
 * @see Grill et al. 2020, Bootstrap Your Own Latent, arXiv:2006.07733, section 3.2: from 0.996 to 1
 */
export function keyMomentumAt(option: MocoV2Config['keyMomentum']): (progress: Progress) => number {
  if (typeof option === 'number' || !('shape' in option)) return valueOf(option);
  const { from, to } = option;
  return ({ step, totalSteps }) => to - ((to - from) * (1 + Math.cos((Math.PI * Math.min(step, totalSteps)) / totalSteps))) / 2;
}
