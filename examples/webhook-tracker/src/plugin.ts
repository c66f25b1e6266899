import { definePlugin, TRACKER } from '@mochi/contract';
import { z } from 'zod';
import { WebhookTracker } from './webhook-tracker.js';

const config = z.strictObject({
  url: z.url({ protocol: /^https?$/ }).describe('address that is posted to, http or https'),
  events: z
    .array(z.string().min(1))
    .min(1)
    .default(['run-start', 'evaluation-end', 'warning', 'run-end'])
    .describe('events that are posted, by their types'),
  queue: z.int().positive().default(100).describe('messages that may wait; beyond, the oldest are dropped'),
  seconds: z.number().positive().max(600).default(30).describe('longest time that one message may take, and that close waits'),
});

/** Posts what happens in a run to an address. */
export const webhookPlugin = definePlugin({
  name: 'acme-webhook',
  kind: 'tracker',
  apiVersion: 1,
  config,
  setup(host, options) {
    host.provide(TRACKER, () => new WebhookTracker(options, (message) => host.log.warn(message)));
  },
});
