import {
  API_VERSION,
  NEGATIVE_SAMPLER,
  defineEvent,
  definePlugin,
  defineToken,
  type Host,
  type Logger,
  type MochiError,
  type NegativeSampler,
  type Plugin,
  type PluginKind,
} from '@mochi/contract';
import { expect } from 'vitest';
import { z } from 'zod';
import { startRun } from '../src/run/start-run.js';

export const CLOCK = defineToken<{ now: number }>('clock');
export const tick = defineEvent<{ n: number }>('tick');
export const silent = { info: () => {}, warn: () => {} };

export const plugin = (kind: PluginKind, name: string, setup: Plugin['setup'], more: Partial<Plugin> = {}): Plugin =>
  definePlugin({ name, kind, apiVersion: API_VERSION, config: z.looseObject({}), setup, ...more });
export const sampler = (name: string): NegativeSampler => ({ name, sample: () => ({ blocks: [] }) });
export const provides = (name: string) => plugin('sampler', name, (host) => host.provide(NEGATIVE_SAMPLER, () => sampler(name)));
export const extension = (name: string, setup: (host: Host) => void | Promise<void>, more: Partial<Plugin> = {}) =>
  plugin('extension', name, setup, more);
export const run = (object: object, known: Plugin[], log: Logger = silent) => startRun({ object, known, log });
export const fails = (promise: Promise<unknown>): Promise<MochiError> =>
  promise.then(
    () => expect.fail('nothing was thrown'),
    (error: unknown) => error as MochiError,
  );
