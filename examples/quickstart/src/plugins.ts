import { API_VERSION, DATASET, definePlugin, EVALUATOR, type Host } from '@mochi/contract';
import { z } from 'zod';
import { EmojiDataset } from './emoji-dataset.js';
import { findOriginal, findOriginalByPixels } from './find-original.js';

const emojiConfig = z.strictObject({
  holdOut: z.number().min(0.01).max(0.99).default(0.2).describe('share of the emoji that training never sees'),
  seed: z.int().nonnegative().default(1).describe('decides which, and the edits of the copies'),
});

export const emoji = definePlugin({
  name: 'emoji',
  kind: 'data',
  apiVersion: API_VERSION,
  config: emojiConfig,
  setup: (host, options) => host.provide(DATASET, () => new EmojiDataset(options)),
});

const theDataset = (host: Host) => () => host.injectAll(DATASET)[0]!;

const findOriginalConfig = z.strictObject({
  every: z
    .int()
    .positive()
    .nullable()
    .default(null)
    .describe('epochs between two measurements during training; null: at start and end'),
  sheet: z.string().nullable().default(null).describe('PNG to write: queries with their five nearest'),
});

export const findOriginalPlugin = definePlugin({
  name: 'find-original',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: findOriginalConfig,
  setup: (host, options) => host.provide(EVALUATOR, () => findOriginal(theDataset(host), options)),
});

export const rawPixelsPlugin = definePlugin({
  name: 'raw-pixels',
  kind: 'evaluator',
  apiVersion: API_VERSION,
  config: z.strictObject({ size: z.int().positive().default(32).describe('side of the image that is compared, pixels') }),
  setup: (host, { size }) => host.provide(EVALUATOR, () => findOriginalByPixels(theDataset(host), size)),
});
