import { duration } from '@mochi/core';
import { z } from 'zod';
import { bankOption } from '../bank-option.js';

const count = (negatives: number, what: string) =>
  z.int().nonnegative().default(negatives).describe(`negatives of type ${what}, for each query`);

const range = (least: number, most: number, from: number, to: number) =>
  z
    .tuple([z.number().min(least).max(most), z.number().min(least).max(most)])
    .refine(([low, high]) => low <= high, { error: 'a range [from, to] with from <= to' })
    .default([from, to]);

export const syncoConfig = z.strictObject({
  n: z
    .int()
    .positive()
    .default(1024)
    .describe('bank rows, the most similar to each query, that negatives are made from; at most bank.capacity'),
  n1: count(256, '1: between the query and a hard row'),
  n2: count(256, '2: a hard row moved on, away from the query'),
  n3: count(256, '3: mixtures of two hard rows'),
  n4: count(64, '4: a hard row with noise; explicit vectors of width D'),
  n5: count(64, '5: a hard row moved along the gradient of the similarity'),
  n6: count(64, '6: a hard row moved along the sign of that gradient; explicit vectors of width D'),
  alpha: range(0, 1, 0, 0.5).describe("type 1: range of the query's weight, 0..1; above 0.5 the query would dominate"),
  beta: range(0, 10, 1, 1.5).describe('type 2: range of the distance moved, as a multiple of the distance from query to row'),
  gamma: range(0, 1, 0, 1).describe("type 3: range of the first row's weight, 0..1"),
  sigma: z.number().nonnegative().default(0.01).describe('type 4: standard deviation of the noise in each of the D dimensions'),
  delta: z.number().nonnegative().default(0.01).describe('type 5: step along the gradient, as a length: rows have length 1'),
  eta: z.number().nonnegative().default(0.01).describe('type 6: step in each of the D dimensions'),
  bank: bankOption,
  warmup: duration.prefault('10ep').describe('plain negatives until so much training has passed, e.g. 10ep or 500st'),
});
export type SyncoConfig = z.infer<typeof syncoConfig>;
