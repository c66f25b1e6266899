import { bankBlock, isMochiError, mixtureBlock, type Block, type Plugin, type Sampled, type Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { requireTensor, require, requireSame, snapshot, type Snapshot } from './compare.js';
import type { Sizes } from './sampler-context.js';
import { onlyTensors, withRig, type Rig } from './sampler-rig.js';
import { inScope, refusal, textOf } from './suite.js';

/** Also where the positives lie at both ends: a threshold at a query's own similarity to its key must not leave it with nothing. */
export function keepsRole(rig: Rig, phase: string, step: number): void {
  const given = rig.inputs(step);
  leavesSome(rig, rig.sample(given, phase), '');
  for (const [sign, where] of [
    [-1, ', where its positive is as unlike it as can be (q.k near -1)'],
    [1, ', where its positive is as like it as can be (q.k near 1)'],
  ] as const)
    leavesSome(rig, rig.sample({ ...given, positives: tf.mul(given.queries, sign) }, phase), where);
  if (rig.role === 'refine') keepsPrevious(rig, phase, step);
}

function leavesSome({ role, batch, capacity }: Rig, { blocks, mask }: Sampled, where: string): void {
  if (role === 'filter') {
    require(mask !== undefined, 'a filter returns a mask; this one leaves nothing out');
    requireTensor(mask, [batch, capacity], 'float32', 'mask');
    const values = Array.from(mask.dataSync());
    const odd = values.find((value) => value !== 0 && value !== -Infinity);
    require(odd === undefined, `the mask of a filter holds ${odd}, which is neither 0 nor -Infinity`);
    for (let query = 0; query < batch; query++)
      require(values
        .slice(query * capacity, (query + 1) * capacity)
        .includes(0), `the filter leaves query ${query} no row at all${where}`);
  } else {
    require(blocks.length > 0, `a ${role === 'refine' ? 'refining sampler' : 'source'} returns blocks; this one returns none`);
    for (let query = 0; query < batch; query++)
      require(blocks.some((block) =>
        leaves(block, query),
      ), `no negative is left to query ${query} of a full bank without a mask${where}: its loss would be 0. A log-weight of 0 keeps a row, -Infinity leaves it out`);
  }
}

/** Whether a block has a negative that counts for the query. */
function leaves(block: Block, query: number): boolean {
  if (!block.logWeights) return block.kind === 'bank' || block.rows.shape[1] > 0;
  const [, count] = block.logWeights.shape;
  const weights = block.logWeights.dataSync().slice(query * count, (query + 1) * count);
  return weights.some((weight) => weight > -Infinity);
}

/** What a refining sampler does not return is thrown away: a bank block and a mixture must both come back, as they were or changed. */
function keepsPrevious({ bank, batch, inputs, sample }: Rig, phase: string, step: number): void {
  const mixture = mixtureBlock({ bank, rows: tf.zeros([batch, 2, 1], 'int32'), weights: tf.ones([batch, 2, 1]) });
  const previous = [bankBlock({ bank }), mixture];
  const { blocks } = sample(inputs(step), phase, { previous });
  for (const [at, { kind }] of previous.entries())
    require(blocks.some((block) => block.kind === kind), `the ${kind} block before it (previous[${at}]) is thrown away`);
}

/** Four steps at a stretch, and two, a new run with the state of the first, and two more. */
export async function resumes(plugin: Plugin, options: object, sizes: Sizes): Promise<void> {
  const whole = await steps(plugin, options, sizes, [0, 1, 2, 3]);
  const first = await steps(plugin, options, sizes, [0, 1]);
  const second = await steps(plugin, options, sizes, [2, 3], first.state);
  [...first.seen, ...second.seen].forEach((got, step) =>
    requireSame(got, whole.seen[step]!, `step ${step} of a run resumed at step 2: something is remembered outside of the state`),
  );
  requireSame(second.state, whole.state, 'the state of a resumed run');
}

async function steps(plugin: Plugin, options: object, sizes: Sizes, at: readonly number[], from?: Snapshot) {
  const seen: Snapshot[] = [];
  let last: Snapshot = new Map();
  await withRig(plugin, options, sizes, (rig) =>
    inScope(() => {
      const [phase, start] = [...rig.phases].at(-1)!;
      let state = from ? read(from) : rig.state;
      for (const step of at) {
        const sampled = rig.sample(rig.inputs(start + step), phase, { state });
        seen.push(snapshot(onlyTensors({ ...sampled, state: undefined as never })));
        const next: Tensors = { ...state, ...sampled.state };
        for (const [name, tensor] of Object.entries(next)) {
          const before = rig.state[name];
          require(before !== undefined, `the state that it returns has ${name}, which host.state did not register`);
          requireTensor(tensor, before.shape, before.dtype, `the state ${name}`);
        }
        state = next;
      }
      last = snapshot(state);
    }),
  );
  return { seen, state: last };
}

const read = (from: Snapshot): Tensors =>
  Object.fromEntries(
    [...from].map(([name, { shape, dtype, data }]) => [name, tf.tensor(Array.from(data), [...shape], dtype as tf.DataType)]),
  );

/** In a run with several banks, the option `bank`, where there is one, must reach sampler and blocks. */
export async function namesBank(plugin: Plugin, options: object, sizes: Sizes): Promise<void> {
  const check = (rig: Rig) => {
    for (const [phase, step] of rig.phases)
      inScope(() => {
        for (const [at, block] of rig.sample(rig.inputs(step), phase).blocks.entries())
          if (block.kind !== 'rows')
            require(block.bank ===
              rig.bank, `blocks[${at}] names the bank "${block.bank}" and not "${rig.bank}", which the sampler draws from`);
      });
  };
  await withRig(plugin, options, sizes, check);
  if (await refusal(plugin, 'sampler', { ...options, bank: 'other' })) return; // no such option
  await withRig(plugin, { ...options, bank: 'other' }, sizes, (rig) => {
    require(rig.bank === 'other', `the option bank is "other", but the sampler says that it draws from "${rig.bank}"`);
    check(rig);
  });
}

/** A run refuses such options before its first step; the other checks would say "ok" of what never runs. */
export const fitsBank = (plugin: Plugin, options: object, sizes: Sizes): Promise<void> =>
  withRig(plugin, options, sizes, ({ capacity, options: read, check }) => {
    try {
      check(capacity);
    } catch (error) {
      const why = (isMochiError(error) ? error.happened : textOf(error)).replace(/\.$/, '');
      const large = Object.entries(read).find(([, value]) => typeof value === 'number' && value > capacity);
      const fix = `give smaller options, e.g. ${large ? large[0] : 'n'}=${capacity / 4}`;
      throw new Error(`with these options the plugin refuses the suite's bank of ${capacity} rows (${why}); ${fix}`, {
        cause: error,
      });
    }
  });
