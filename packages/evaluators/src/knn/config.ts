import { z } from 'zod';
import { commonFields, measuredSplit } from '../common-config.js';

const oneOrMore = <T extends z.ZodNumber>(number: T) => z.union([number, z.array(number).min(1)]);

export const knnConfig = z
  .strictObject({
    k: oneOrMore(z.int().positive())
      .default(200)
      .describe('neighbours that vote, or several numbers to try; more than there are training rows is clamped'),
    temperature: oneOrMore(z.number().positive())
      .default(0.07)
      .describe('T of the weights exp(cosine / T), no unit, or several; each is measured with each k'),
    train: z.string().min(1).default('train').describe('split whose labelled rows vote'),
    test: measuredSplit('split that is classified'),
    leaveOneOut: z
      .boolean()
      .default(false)
      .describe('classify the training split itself, each row by all others: for data without a second split'),
    centre: z.boolean().default(false).describe('subtract the mean of the training rows first; the published protocol does not'),
    ...commonFields,
  })
  .describe('weighted k nearest neighbours');
export type KnnConfig = z.infer<typeof knnConfig>;
