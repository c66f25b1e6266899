import { bankBlock, definePlugin, NEGATIVE_SAMPLER } from '@mochi/contract';
import { z } from 'zod';
import { gaussianLogWeights } from './gaussian-log-weights.js';

const config = z.strictObject({
  mu: z.number().min(-1).max(1).default(0.7).describe('cosine whose rows weigh most'),
  sigma: z.number().positive().default(1).describe('width of the bell over cosines; wide is nearly uniform'),
});

/** ADNCE: rows of the bank weighed by how near their cosine is to mu. */
export const adncePlugin = definePlugin({
  name: 'acme-adnce',
  kind: 'sampler',
  apiVersion: 1,
  config,
  setup(host, { mu, sigma }) {
    host.provide(NEGATIVE_SAMPLER, () => ({
      name: 'acme-adnce',
      sample: ({ similarities, mask, bankName }) => ({
        blocks: [bankBlock({ bank: bankName, logWeights: gaussianLogWeights(similarities, { mu, sigma }, mask) })],
      }),
    }));
  },
});
