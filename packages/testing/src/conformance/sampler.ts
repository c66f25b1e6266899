import type { Plugin } from '@mochi/contract';
import { compiles, deterministic, equivariant, leaksNothing, splits, wellFormed } from './sampler-draws.js';
import {
  independentOfPositives,
  keepsGradient,
  notTooSmall,
  respectsMask,
  survivesScarcity,
  unfilledBank,
} from './sampler-limits.js';
import { withRig, type Rig } from './sampler-rig.js';
import { fitsBank, keepsRole, namesBank, resumes } from './sampler-setup.js';
import type { Sizes } from './sampler-context.js';
import { inScope, refusesUnknown, type Check } from './suite.js';

/** What every negative sampler must keep, in each of its phases. @param options As in a config. They must fit the bank: capacity 64 unless said. */
export function samplerChecks(plugin: Plugin, options: object = {}, sizes: Sizes = {}): Check[] {
  const check = (name: string, run: (rig: Rig, phase: string, step: number) => void): Check => ({
    name,
    run: () =>
      withRig(plugin, options, sizes, (rig) => {
        for (const [phase, step] of rig.phases) inScope(() => run(rig, phase, step), `phase ${phase}`);
      }),
  });
  return [
    { name: 'its options fit the bank of this suite', run: () => fitsBank(plugin, options, sizes) },
    check('blocks have the shapes, dtypes and ranges that the contract states', wellFormed),
    check('the same stream gives the same negatives', deterministic),
    check('a compiled step gives what an eager one gives, at every step', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
    check('each query has its own: permuting the batch permutes the negatives', equivariant),
    check('splitting the batch splits the negatives', splits),
    check('rows that are masked count for nothing', respectsMask),
    check('fewer free rows than wanted is no accident', survivesScarcity),
    check('a bank that is not full, and one as large as the batch, are no accident', unfilledBank),
    check('a bank that is too small is refused with a code, or serves', notTooSmall),
    check("no negative is the query's own key", independentOfPositives),
    check('gradient reaches the queries alone', keepsGradient),
    check('it does what its role says, and leaves some negative to each query', keepsRole),
    {
      name: 'what it remembers is all in its state: a resumed run is the uninterrupted one',
      run: () => resumes(plugin, options, sizes),
    },
    { name: 'its blocks name its bank', run: () => namesBank(plugin, options, sizes) },
    refusesUnknown(plugin, 'sampler', options),
  ];
}
