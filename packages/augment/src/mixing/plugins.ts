import { API_VERSION, definePlugin, INPUT_MIXING, type InputMixing } from '@mochi/contract';
import { z } from 'zod';
import { probability } from '../operation.js';
import { cutmix, iMix, mixup, unMix } from './mixings.js';

const alpha = z
  .number()
  .min(0.05)
  .max(64)
  .default(1)
  .describe('the share of an image is drawn from Beta(alpha, alpha): 1 is uniform; below, most images are nearly whole');

const mixingPlugin = <S extends z.ZodObject>(name: string, config: S, make: (options: z.output<S>) => InputMixing) =>
  definePlugin({
    name,
    kind: 'mixing',
    apiVersion: API_VERSION,
    config,
    setup: (host, options) => host.provide(INPUT_MIXING, () => make(options as z.output<S>)),
  });

export const mixupPlugin = mixingPlugin('mixup', z.strictObject({ alpha }), (options) => mixup(options.alpha));
export const cutmixPlugin = mixingPlugin('cutmix', z.strictObject({ alpha }), (options) => cutmix(options.alpha));
export const iMixPlugin = mixingPlugin('i-mix', z.strictObject({ alpha }), (options) => iMix(options.alpha));
export const unMixPlugin = mixingPlugin(
  'un-mix',
  z.strictObject({
    alpha,
    global: probability.default(0.5).describe('probability that a batch is blended as a whole; else a box is exchanged'),
  }),
  (options) => unMix(options.alpha, options.global),
);
