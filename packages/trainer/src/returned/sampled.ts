import type { Sampled } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import { samplerReturned } from '../errors.js';
import { isPlain, nameOf } from './describe.js';

/** The tensors that a block of each kind must have. */
const TENSORS: Readonly<Record<string, readonly string[]>> = { bank: [], mixture: ['rows', 'weights'], rows: ['rows'] };
const OPTIONAL = ['logWeights', 'queryWeight'];

/** The value, which is what a sampler returns; shapes and numbers are looked at later. @throws MOCHI_SAMPLER_OUTPUT, which says what it is instead. */
export function requireSampled(sampler: string, value: unknown): Sampled {
  const instead = notSampled(value);
  if (instead === undefined) return value as Sampled;
  throw samplerReturned(sampler, instead);
}

function notSampled(value: unknown): string | undefined {
  if (!isPlain(value)) return nameOf(value);
  if (!('blocks' in value)) return `an object without blocks; its keys are: ${Object.keys(value).join(', ') || '(none)'}`;
  const { blocks, mask } = value;
  if (!Array.isArray(blocks)) return `blocks that are ${nameOf(blocks)} and no array`;
  if (mask !== undefined && !(mask instanceof tf.Tensor)) return `a mask that is ${nameOf(mask)} and no tensor`;
  return blocks.map((block: unknown, at) => notBlock(block, `blocks[${at}]`)).find((fault) => fault !== undefined);
}

function notBlock(block: unknown, name: string): string | undefined {
  if (!isPlain(block)) return `${name} that is ${nameOf(block)} and no block`;
  const kind = String(block['kind']);
  if (!Object.hasOwn(TENSORS, kind)) return `${name} of the kind "${kind}", which there is not`;
  const given = OPTIONAL.filter((field) => block[field] !== undefined);
  const wrong = [...TENSORS[kind]!, ...given].find((field) => !(block[field] instanceof tf.Tensor));
  return wrong === undefined ? undefined : `${name} (${kind}) whose ${wrong} is ${nameOf(block[wrong])} and no tensor`;
}
