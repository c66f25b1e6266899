import { API_VERSION, definePlugin, NEGATIVE_SAMPLER, type NegativeSampler, type Plugin } from '@mochi/contract';
import { z } from 'zod';

/** A plugin without options that provides a sampler. */
export const samplerPlugin = (name: string, sampler: Omit<NegativeSampler, 'name'>): Plugin =>
  definePlugin({
    ...{ name, kind: 'sampler', apiVersion: API_VERSION, config: z.strictObject({}) },
    setup: (host) => host.provide(NEGATIVE_SAMPLER, () => ({ name, ...sampler })),
  });
