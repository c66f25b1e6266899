import { bankBlock, isMochiError, type Block } from '@mochi/contract';
import { contrastiveLoss } from '@mochi/losses';
import { valueAndGrads } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { checkBlocks, checkMasked } from './blocks.js';
import { require, requireSame } from './compare.js';
import { maskWhere, type SampleInputs } from './sampler-context.js';
import { perQuery, type Rig } from './sampler-rig.js';

/** Samples where a quarter of the rows may not be drawn, others for each query. */
function maskedSample({ batch, capacity, inputs, sample }: Rig, phase: string, step: number) {
  const mask = maskWhere(batch, capacity, (query, row) => (row * 5 + query * 3) % 4 !== 0);
  return { mask, sampled: sample({ ...inputs(step), mask }, phase) };
}

export function respectsMask(rig: Rig, phase: string, step: number): void {
  const { mask, sampled } = maskedSample(rig, phase, step);
  require(!ignoresMask(
    rig,
    phase,
    step,
  ), 'your sample ignores context.mask: add it to similarities before ranking, and to logWeights. Until then no other check looks at masks');
  checkMasked(sampled, mask);
}

/** Whether masked rows count and the mask changes nothing: one fault, told once, by the check above. */
function ignoresMask(rig: Rig, phase: string, step: number): boolean {
  const { mask, sampled } = maskedSample(rig, phase, step);
  const plain = rig.sample(rig.inputs(step), phase);
  const same = holds(() => requireSame(perQuery(sampled), perQuery(plain), ''));
  return same && !holds(() => checkMasked(sampled, mask));
}

function holds(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/** Two free rows for each query, then one (N = 1, and more negatives than rows), then none. */
export function survivesScarcity(rig: Rig, phase: string, step: number): void {
  if (ignoresMask(rig, phase, step)) return;
  const { batch, capacity, inputs, sample } = rig;
  const given = inputs(step);
  const free = [
    (query: number, row: number) => row === query % capacity || row === capacity - 1,
    (query: number, row: number) => row === (query * 7) % capacity,
    () => false,
  ];
  free.forEach((left, at) => {
    const mask = maskWhere(batch, capacity, left);
    const sampled = sample({ ...given, mask }, phase);
    checkBlocks(sampled, { batch, capacity, dim: given.queries.shape[1] });
    checkMasked(sampled, mask);
    const whose = `with ${2 - at} rows to draw from`;
    for (const [index, block] of sampled.blocks.entries())
      if (at === 2)
        require(block.kind === 'bank' ||
          countsForNothing(block.logWeights), `${whose}, blocks[${index}] (${block.kind}) still counts`);
  });
}

const countsForNothing = (logWeights?: tf.Tensor): boolean =>
  logWeights !== undefined && Array.from(logWeights.dataSync()).every((weight) => weight === -Infinity);

/** Half of the rows never written: left out, or random rows that count; and K = B. */
export function unfilledBank(rig: Rig, phase: string, step: number): void {
  const { batch, capacity, inputs, sample } = rig;
  const given = inputs(step);
  const written = Math.max(1, capacity >> 1);
  const index = (name: string) => {
    const values = given.bank[name]!.dataSync<'int32'>().map((value, row) => (row < written ? value : -1));
    return tf.tensor1d(Int32Array.from(values), 'int32');
  };
  const bank = { ...given.bank, ids: index('ids'), writtenAt: index('writtenAt'), filled: tf.scalar(written, 'int32') };
  const sizes = { batch, capacity, dim: given.queries.shape[1] };
  checkBlocks(sample({ ...given, bank }, phase), sizes);
  const square = inputs(step, { batch: capacity });
  checkBlocks(sample(square, phase), { ...sizes, batch: capacity });
  if (ignoresMask(rig, phase, step)) return;
  const mask = maskWhere(batch, capacity, (_, row) => row < written);
  const sampled = sample({ ...given, bank, mask }, phase);
  checkBlocks(sampled, sizes);
  checkMasked(sampled, mask);
}

export function notTooSmall({ batch, inputs, sample }: Rig, phase: string, step: number): void {
  for (const capacity of [1, 2, 7]) {
    const given = inputs(step, { capacity });
    try {
      checkBlocks(sample(given, phase), { batch, capacity, dim: given.queries.shape[1] });
    } catch (error) {
      if (!isMochiError(error)) throw new Error(`a bank of ${capacity} rows: ${(error as Error).message}`, { cause: error });
    }
  }
}

/** A row of explicit negatives must not be the key of its own query, nor the query: they would be pushed apart from themselves. */
export function independentOfPositives({ inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  sample(given, phase).blocks.forEach((block, at) => {
    if (block.kind !== 'rows' || block.rows.size === 0) return;
    for (const [what, vectors] of [
      ['key', given.positives],
      ['query itself', given.queries],
    ] as const) {
      // prettier-ignore
      const cosines = tf.sum<tf.Tensor2D>(tf.mul(block.rows, tf.expandDims(vectors, 1)), 2);
      const own = cosines.arraySync().findIndex((list) => list.some((cosine) => cosine > 1 - 1e-5));
      require(own < 0, `blocks[${at}] (rows) has, for query ${own}, its own ${what} among the negatives`);
    }
  });
}

/** The loss through the sampler, everything live: what gradient arrives beside that of the queries, the sampler has let through. */
export function keepsGradient({ bank, role, differentiable, inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  const declared = sample(given, phase).blocks.findIndex((block) => block.kind === 'bank' && block.differentiable === true);
  require(differentiable ||
    declared < 0, `blocks[${declared}] is differentiable, but the sampler is not declared so: it sees constants`);
  const start = { queries: given.queries, positives: given.positives, rows: given.bank['rows']! };
  const { gradients } = valueAndGrads((live) => {
    const [queries, positives, rows] = [live.queries, live.positives, live.rows as tf.Tensor2D];
    const similarities = tf.matMul<tf.Tensor2D>(queries, rows, false, true);
    const seen: SampleInputs = { ...given, queries, positives, similarities, bank: { ...given.bank, rows } };
    const sampled = sample(seen, phase);
    const blocks: Block[] = role === 'filter' ? [bankBlock({ bank, logWeights: sampled.mask! })] : sampled.blocks;
    const { loss } = contrastiveLoss({
      ...{ queries, positives, banks: { [bank]: rows }, similarities: { [bank]: similarities }, temperature: 0.2 },
      negatives: { blocks, denominator: sampled.denominator },
    });
    const nothing = [positives, rows].map((x) => tf.mul(0, tf.sum(x))); // a gradient of 0 where there is none
    return { loss: tf.addN([loss, ...nothing]) as tf.Scalar };
  }, start);
  for (const [name, what] of [
    ['positives', 'keys'],
    ['rows', 'rows of the bank'],
  ] as const) {
    // prettier-ignore
    const reached = !differentiable && Array.from(gradients[name].dataSync()).some((value) => value !== 0);
    require(!reached, `gradient reaches the ${what}, which are constants`);
  }
}
