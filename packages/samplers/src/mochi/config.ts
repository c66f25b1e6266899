import { duration } from '@mochi/core';
import { rampable } from '@mochi/optim';
import { z } from 'zod';
import { bankOption } from '../bank-option.js';

const range = (least: number, most: number) =>
  z
    .tuple([z.number().min(0).max(1), z.number().min(0).max(1)])
    .refine(([from, to]) => from <= to, { error: 'a range [from, to] with from <= to' })
    .default([least, most]);

export const mochiConfig = z.strictObject({
  n: rampable(z.int().positive())
    .default(1024)
    .describe('bank rows, the most similar to each query, that negatives are mixed from; at most bank.capacity'),
  s: rampable(z.int().nonnegative())
    .default(1024)
    .describe('synthetic negatives of type 1 for each query: mixtures of two of its hardest rows; may exceed n'),
  sPrime: rampable(z.int().nonnegative())
    .default(128)
    .describe('synthetic negatives of type 2 for each query: mixtures of the query and one of its hardest rows'),
  alpha: range(0, 1).describe("range of the first row's weight in type 1, 0..1"),
  beta: range(0, 0.5).describe("range of the query's weight in type 2, 0..1; above 0.5 the query would dominate"),
  bank: bankOption,
  warmup: duration.prefault('0ep').describe('plain negatives until so much training has passed, e.g. 10ep or 500st'),
});
export type MochiConfig = z.infer<typeof mochiConfig>;
