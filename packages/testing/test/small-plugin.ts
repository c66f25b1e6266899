import { API_VERSION, definePlugin, type ListToken, type Plugin, type PluginKind } from '@mochi/contract';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Check } from '../src/conformance/suite.js';

/** A plugin without options that provides the service. */
export const pluginOf = <T>(kind: PluginKind, token: ListToken<T>, service: T | (() => T)): Plugin =>
  definePlugin({
    name: 'small',
    kind,
    apiVersion: API_VERSION,
    config: z.strictObject({}),
    setup: (host) => host.provide(token, () => (typeof service === 'function' ? (service as () => T)() : service)),
  });

/** Fails unless the check whose name begins so throws that. */
export async function expectFault(checks: readonly Check[], name: string, message: RegExp): Promise<void> {
  const check = checks.find((each) => each.name.startsWith(name));
  expect(check, `no check is called ${name}...`).toBeDefined();
  await expect((async () => check!.run())()).rejects.toThrow(message);
}
