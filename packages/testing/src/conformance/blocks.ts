import type { Block, MixtureBlock, Sampled } from '@mochi/contract';
import type * as tf from '@tensorflow/tfjs-core';
import { require, requireFinite, requireTensor, snapshot } from './compare.js';

interface BlockSizes {
  readonly batch: number;
  readonly capacity: number;
  readonly dim: number;
}

/** Throws unless the blocks have the shapes, dtypes and ranges that the contract states. */
export function checkBlocks({ blocks, mask }: Sampled, sizes: BlockSizes): void {
  const banks = blocks.flatMap((block) => (block.kind === 'bank' ? [block.bank] : []));
  require(new Set(banks).size === banks.length, 'there is more than one bank block of a bank');
  blocks.forEach((block, at) => checkBlock(block, `blocks[${at}] (${block.kind})`, sizes));
  if (mask) requireTensor(mask, [sizes.batch, sizes.capacity], 'float32', 'mask');
}

function checkBlock(block: Block, what: string, { batch, capacity, dim }: BlockSizes): void {
  if (block.kind === 'bank') {
    if (block.logWeights) checkLogWeights(block.logWeights, [batch, capacity], what);
    return;
  }
  const count = block.rows.shape[1] ?? 0;
  if (block.logWeights) checkLogWeights(block.logWeights, [batch, count], what);
  if (block.kind === 'rows') return checkUnitRows(block.rows, [batch, null, dim], what);
  requireTensor(block.rows, [batch, count, null], 'int32', `${what}.rows`);
  requireTensor(block.weights, block.rows.shape, 'float32', `${what}.weights`);
  if (block.queryWeight) requireTensor(block.queryWeight, [batch, count], 'float32', `${what}.queryWeight`);
  requireFinite(snapshot({ weights: block.weights, queryWeight: block.queryWeight }), what);
  const outside = Array.from(block.rows.dataSync()).find((row) => row < 0 || row >= capacity);
  require(outside === undefined, `${what}.rows holds ${outside}, which is no row of a bank of ${capacity}`);
}

function checkLogWeights(logWeights: tf.Tensor, shape: readonly number[], what: string): void {
  requireTensor(logWeights, shape, 'float32', `${what}.logWeights`);
  const bad = Array.from(logWeights.dataSync()).find((value) => Number.isNaN(value) || value === Infinity);
  require(bad === undefined, `${what}.logWeights holds ${bad}; a log-weight is a number or -Infinity`);
}

function checkUnitRows(rows: tf.Tensor, shape: readonly (number | null)[], what: string): void {
  requireTensor(rows, shape, 'float32', `${what}.rows`);
  const [data, dim] = [rows.dataSync(), rows.shape[2]!];
  for (let at = 0; at < data.length; at += dim) {
    const length = Math.hypot(...data.slice(at, at + dim));
    require(Math.abs(length - 1) <= 1e-4, `${what}.rows: row ${at / dim} has length ${length}, not 1`);
  }
}

/** Throws where a row that the mask [B, K] leaves out still counts: in a bank block, or as the parent of a mixture. */
export function checkMasked({ blocks }: Sampled, mask: tf.Tensor2D): void {
  const [, capacity] = mask.shape;
  const masked = mask.dataSync();
  blocks.forEach((block, at) => {
    const what = `blocks[${at}] (${block.kind})`;
    if (block.kind === 'bank') {
      require(block.logWeights !== undefined, `${what} takes every row, masked ones too`);
      const weights = block.logWeights.dataSync();
      const wrong = weights.findIndex((weight, entry) => masked[entry] === -Infinity && weight !== -Infinity);
      require(wrong <
        0, `${what} gives row ${wrong % capacity} of query ${Math.floor(wrong / capacity)} weight, which is masked`);
    }
    if (block.kind === 'mixture') checkParents(block, masked, capacity, what);
  });
}

function checkParents(block: MixtureBlock, masked: ArrayLike<number>, capacity: number, what: string): void {
  const [, count, parents] = block.rows.shape;
  const [rows, weights, logWeights] = [block.rows.dataSync(), block.weights.dataSync(), block.logWeights?.dataSync()];
  rows.forEach((row, at) => {
    const negative = Math.floor(at / parents);
    const query = Math.floor(negative / count);
    const counts = weights[at] !== 0 && logWeights?.[negative] !== -Infinity;
    require(!(
      counts && masked[query * capacity + row] === -Infinity
    ), `${what}: negative ${negative % count} of query ${query} is made of row ${row}, which is masked`);
  });
}
