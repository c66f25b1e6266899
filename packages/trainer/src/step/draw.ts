import {
  DEFAULT_BANK,
  type BankState,
  type BankView,
  type Drawn,
  type DrawNegatives,
  type LiveBank,
  type Positives,
} from '@mochi/contract';
import { stopGradient } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { chainSamplers, type ChainContext, type Chained, type WithGradient } from './sampler-chain.js';
import type { StepParts } from './parts.js';

/** What the draws of a step leave behind. */
export interface Draws {
  readonly draw: DrawNegatives;
  /** The last draw, with what the samplers left behind; undefined where the method drew nothing. */
  last(): { readonly drawn: Drawn; readonly chained: Chained } | undefined;
}

/** Sources of positives and the samplers as one function of the method's request, over banks as they are before the step. */
export function openDraws(
  parts: Pick<StepParts, 'banks' | 'samplers' | 'positives'>,
  banks: Readonly<Record<string, BankState>>,
  context: ChainContext,
): Draws {
  let last: ReturnType<Draws['last']>;
  const draw: DrawNegatives = ({ live, ...request }) => {
    const { keys, ids, labels } = request;
    const queries = stopGradient(request.queries);
    const views = viewsOf(parts, banks, queries, ids);
    const found = positivesOf(parts, banks, { queries, keys, ids }, context);
    if (found?.mask) views[found.bank] = masked(views[found.bank]!, found.mask);
    if (live) views[DEFAULT_BANK] = liveView({ ...live, rows: stopGradient(live.rows) }, queries, context.step);
    const positives = found?.positives;
    const rows = (bank: string) => (live && bank === DEFAULT_BANK ? live.rows : views[bank]!.state.rows);
    const withGradient = (bank: string): WithGradient => ({
      queries: request.queries,
      similarities: tf.matMul(request.queries, rows(bank), false, true),
    });
    const asked = { ...request, queries, positives: positives ?? keys, withGradient };
    const chained = chainSamplers(parts.samplers, views, asked, context);
    const drawn: Drawn = {
      ...{ queries, ids, banks: views, negatives: chained.negatives, positives: positives ?? keys },
      temperature: request.temperature,
      ownPositives: positives === undefined,
      ...(labels ? { labels } : {}),
    };
    last = { drawn, chained };
    return drawn;
  };
  return { draw, last: () => last };
}

function viewsOf(
  { banks: sized }: Pick<StepParts, 'banks'>,
  banks: Readonly<Record<string, BankState>>,
  queries: tf.Tensor2D,
  ids: tf.Tensor1D,
): Record<string, BankView> {
  const view = ({ bank }: StepParts['banks'][number]): BankView => {
    const state = banks[bank.name]!;
    const mask = bank.mask(state, ids);
    return { state, similarities: tf.matMul(queries, state.rows, false, true), ...(mask ? { mask } : {}) };
  };
  return Object.fromEntries(sized.map((one) => [one.bank.name, view(one)]));
}

/** Rows of this very batch look like a bank that this step has written whole. */
function liveView({ rows, ids, labels, mask }: LiveBank, queries: tf.Tensor2D, step: tf.Scalar): BankView {
  const [capacity] = rows.shape;
  const state: BankState = {
    ...{ rows, ids, cursor: tf.scalar(0, 'int32'), filled: tf.scalar(capacity, 'int32') },
    writtenAt: tf.broadcastTo(step, [capacity]),
    ...(labels ? { labels } : {}),
  };
  return { state, similarities: tf.matMul(queries, rows, false, true), mask };
}

function positivesOf(
  { positives: placed }: Pick<StepParts, 'positives'>,
  banks: Readonly<Record<string, BankState>>,
  inputs: { queries: tf.Tensor2D; keys: tf.Tensor2D; ids: tf.Tensor1D },
  { step, epoch, rng, scalars }: ChainContext,
): (Positives & { readonly bank: string }) | undefined {
  if (!placed) return undefined;
  const { id, part } = placed;
  const name = part.bank ?? DEFAULT_BANK;
  const bank = banks[name]!; // a memory bank, whatever the negatives are
  const similarities = tf.matMul<tf.Tensor2D>(inputs.keys, bank.rows, false, true);
  const own = { step, epoch, rng: rng.fork(id), scalars: scalars[id] ?? {} };
  return { ...part.positives({ ...inputs, bank, similarities, ...own }), bank: name };
}

const masked = (view: BankView, mask: tf.Tensor2D): BankView => ({ ...view, mask: view.mask ? tf.add(view.mask, mask) : mask });
