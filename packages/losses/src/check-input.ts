import type { Block } from '@mochi/contract';
import type { ContrastiveInput } from './contrastive-loss.js';
import { badTemperature, bankBlockTwice, blockShape, inputShape, noNegatives, unknownBank } from './errors.js';

/** Checks shapes and names, all known while tracing, so that a mistake names the block and not an op. @returns The blocks with M >= 1. */
export function checkInput(input: ContrastiveInput): Block[] {
  const { queries, positives, weights, banks, similarities, negatives, temperature } = input;
  if (typeof temperature === 'number' && !(temperature > 0 && Number.isFinite(temperature))) throw badTemperature(temperature);
  const [batch, width] = queries.shape;
  requireShape('positives', positives.shape, [batch, width], 'B, D', inputShape);
  if (weights) requireShape('weights', weights.shape, [batch], 'B', inputShape);
  for (const [name, bank] of Object.entries(banks)) {
    requireShape(`the bank "${name}"`, bank.shape, [bank.shape[0], width], 'K, D', inputShape);
    if (similarities[name])
      requireShape(`similarities of the bank "${name}"`, similarities[name].shape, [batch, bank.shape[0]], 'B, K', inputShape);
  }
  const capacities = Object.fromEntries(Object.entries(banks).map(([name, rows]) => [name, rows.shape[0]]));
  checkBlocks(negatives.blocks, { batch, width, capacities });
  const named = negatives.blocks.flatMap((block) => (block.kind === 'bank' ? [block.bank] : []));
  const twice = named.find((name, at) => named.indexOf(name) !== at);
  if (twice !== undefined) throw bankBlockTwice(twice);
  const blocks = negatives.blocks.filter((block) => block.kind === 'bank' || block.rows.shape[1] > 0);
  if (blocks.length === 0) throw noNegatives();
  return blocks;
}

export interface BlockSizes {
  readonly batch: number;
  /** D. */
  readonly width: number;
  /** K of each bank, by name. */
  readonly capacities: Readonly<Record<string, number>>;
}

/**
 * Checks that blocks fit the batch and the banks that they name. Shapes are known while tracing, so this costs a step nothing.
 *
 * @param of Whose blocks they are, for the message. @throws MOCHI_BLOCK_SHAPE, MOCHI_UNKNOWN_BANK
 */
export function checkBlocks(blocks: readonly Block[], sizes: BlockSizes, of = ''): void {
  for (const [at, block] of blocks.entries()) checkBlock(block, `block ${at} (${block.kind})${of}`, sizes);
}

function checkBlock(block: Block, name: string, { batch, width, capacities }: BlockSizes): void {
  if (block.kind === 'rows') {
    const count = block.rows.shape[1];
    requireShape(`rows of ${name}`, block.rows.shape, [batch, count, width], 'B, M, D');
    if (block.logWeights) requireShape(`logWeights of ${name}`, block.logWeights.shape, [batch, count], 'B, M');
    return;
  }
  const capacity = capacities[block.bank];
  if (capacity === undefined) throw unknownBank(block.bank, Object.keys(capacities));
  if (block.kind === 'bank') {
    if (block.logWeights) requireShape(`logWeights of ${name}`, block.logWeights.shape, [batch, capacity], 'B, K');
    return;
  }
  const [, count, parents] = block.rows.shape;
  if (block.rows.rank !== 3 || parents === 0) throw blockShape(`rows of ${name}`, block.rows.shape, '[B, M, P] with P >= 1');
  requireShape(`rows of ${name}`, block.rows.shape, [batch, count, parents], 'B, M, P');
  requireShape(`weights of ${name}`, block.weights.shape, [batch, count, parents], 'B, M, P');
  if (block.queryWeight) requireShape(`queryWeight of ${name}`, block.queryWeight.shape, [batch, count], 'B, M');
  if (block.logWeights) requireShape(`logWeights of ${name}`, block.logWeights.shape, [batch, count], 'B, M');
}

function requireShape(
  what: string,
  got: readonly number[],
  want: readonly (number | undefined)[],
  letters: string,
  error = blockShape,
): void {
  const same = got.length === want.length && got.every((size, axis) => size === want[axis]);
  if (!same) throw error(what, got, `[${letters}] = [${want.map((size) => size ?? '?').join(', ')}]`);
}
