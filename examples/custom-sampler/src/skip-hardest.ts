import { bankBlock, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { rankMask } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { z } from 'zod';

const config = z.strictObject({
  skip: z.int().nonnegative().default(16).describe('hardest bank rows left out for every query'),
  count: z.int().positive().default(256).describe('bank rows used for every query, after those'),
});

/** Negatives of similarity rank [skip, skip + count): hard, yet past the likeliest false negatives. */
export const skipHardest = definePlugin({
  name: 'acme-skip-hardest',
  kind: 'sampler',
  apiVersion: 1,
  config,
  setup: (host, { skip, count }) =>
    host.provide(NEGATIVE_SAMPLER, () => ({
      name: 'acme-skip-hardest',
      // similarities [B, K]. The mask, if there is one, is -Infinity where a row may not be drawn: it ranks such rows last and keeps them out.
      sample: ({ similarities, mask }) => {
        const logWeights = tf.tidy(() => {
          if (!mask) return rankMask(similarities, skip, skip + count); // [B, K]: 0 within the band, -Infinity outside
          return tf.add<tf.Tensor2D>(rankMask(tf.add(similarities, mask), skip, skip + count), mask);
        });
        return { blocks: [bankBlock({ logWeights })] };
      },
    })),
});
