import type { Block } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';

/** What is wrong with a tensor that a plugin returned. */
export interface Fault {
  /** e.g. `mochi`. */
  readonly sampler: string;
  /** e.g. `rows of block 1 (mixture)`. */
  readonly tensor: string;
  /** e.g. `has a row index outside of [0, 4096)`. */
  readonly problem: string;
}

/** Greatest deviation of the length of a unit vector from 1. */
const LENGTH_TOLERANCE = 1e-2;

/**
 * The faults that a step looks for in what samplers return. Values are known only when the step runs, so each check is a number in the graph,
 * and its code, once the step is over, says which one it was.
 */
export class Faults {
  private readonly known: Fault[] = [];

  fault(code: number): Fault | undefined {
    return this.known[code];
  }

  /** @returns Code of the first check that fails, int32 scalar; -1 where all hold. */
  check(sampler: string, blocks: readonly Block[], capacities: Readonly<Record<string, number>>): tf.Scalar {
    const codes = blocks.flatMap((block, at) =>
      checksOf(block, capacities).map(({ tensor, problem, bad }) => {
        const code = this.codeOf({ sampler, tensor: `${tensor} of block ${at} (${block.kind})`, problem });
        return tf.where(bad, tf.scalar(code, 'int32'), tf.scalar(-1, 'int32')) as tf.Scalar;
      }),
    );
    return codes.reduce((first, code) => firstFault(first, code), tf.scalar(-1, 'int32'));
  }

  /** The same for the rows that a sampler leaves out, [B, K]: each entry is 0 or -Infinity. */
  checkMask(sampler: string, mask: tf.Tensor2D): tf.Scalar {
    const fine = tf.logicalOr(tf.equal(mask, 0), tf.equal(mask, -Infinity)); // NaN equals nothing
    const code = this.codeOf({ sampler, tensor: 'a mask', problem: 'holds something other than 0 and -Infinity' });
    return tf.where(tf.logicalNot(tf.all(fine)), tf.scalar(code, 'int32'), tf.scalar(-1, 'int32')) as tf.Scalar;
  }

  /** One code for a check, however often the step is traced. */
  private codeOf(fault: Fault): number {
    const same = this.known.findIndex(
      ({ sampler, tensor, problem }) => sampler === fault.sampler && tensor === fault.tensor && problem === fault.problem,
    );
    return same >= 0 ? same : this.known.push(fault) - 1;
  }
}

/** Of two codes, the first that is one. */
export const firstFault = (first: tf.Scalar, second: tf.Scalar): tf.Scalar =>
  tf.where(tf.greaterEqual(first, tf.scalar(0, 'int32')), first, second) as tf.Scalar;

interface Check {
  readonly tensor: string;
  readonly problem: string;
  /** bool scalar. */
  readonly bad: tf.Tensor;
}

function checksOf(block: Block, capacities: Readonly<Record<string, number>>): Check[] {
  const checks: Check[] = [];
  if (block.logWeights)
    checks.push({ tensor: 'logWeights', problem: 'has NaN or +Infinity in it', bad: aboveAll(block.logWeights) });
  if (block.kind === 'rows')
    checks.push({ tensor: 'rows', problem: 'has a row that is not of unit length', bad: notUnit(block.rows) });
  if (block.kind !== 'mixture') return checks;
  const capacity = capacities[block.bank]!;
  const outside = tf.logicalOr(
    tf.less(block.rows, tf.scalar(0, 'int32')),
    tf.greaterEqual(block.rows, tf.scalar(capacity, 'int32')),
  );
  checks.push({ tensor: 'rows', problem: `has a row index outside of [0, ${capacity})`, bad: tf.any(outside) });
  checks.push({ tensor: 'weights', problem: 'has a number in it that is not finite', bad: notFinite(block.weights) });
  if (block.queryWeight)
    checks.push({ tensor: 'queryWeight', problem: 'has a number in it that is not finite', bad: notFinite(block.queryWeight) });
  return checks;
}

/** Finite and -Infinity are fine. NaN < Infinity is false. */
const aboveAll = (x: tf.Tensor): tf.Tensor => tf.logicalNot(tf.all(tf.less(x, Infinity)));

const notFinite = (x: tf.Tensor): tf.Tensor => tf.logicalNot(tf.all(tf.isFinite(x)));

/** Written so that NaN is not of unit length. */
const notUnit = (rows: tf.Tensor): tf.Tensor =>
  tf.logicalNot(tf.all(tf.less(tf.abs(tf.sub(tf.sum(tf.square(rows), 2), 1)), 2 * LENGTH_TOLERANCE)));

/** Row indices brought into range: a wrong one must fail by its check, and not by whatever it would read. */
export const inRange = (block: Block, capacities: Readonly<Record<string, number>>): Block =>
  block.kind !== 'mixture'
    ? block
    : {
        ...block,
        rows: tf.minimum(
          tf.maximum(block.rows, tf.scalar(0, 'int32')),
          tf.scalar(capacities[block.bank]! - 1, 'int32'),
        ) as tf.Tensor3D,
      };
