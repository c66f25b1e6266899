import type { PluginKind } from '@mochi/contract';
import type { ResolvedConfig } from '../config/check-config.js';
import type { LoadedConfig } from '../config/load-config.js';
import type { HookRunner } from '../hook-runner.js';
import type { Services } from '../services.js';
import type { RunParts } from './plugin-host.js';

/** A run as data. */
export interface Explanation {
  readonly config: ResolvedConfig;
  /** Where each value of it was written, by its path: a file, a preset, an override. Defaults are not there. */
  readonly sources: Readonly<Record<string, string>>;
  /** Those that are switched on, in the order of setup. */
  readonly plugins: readonly {
    id: string;
    kind: PluginKind;
    name: string;
    options: unknown;
    origin: string;
    version: string | null;
  }[];
  /** Everything that the config could have named. */
  readonly known: readonly { kind: PluginKind; name: string; origin: string; version: string | null }[];
  /** Each hook with its handlers in the order of their calls. */
  readonly hooks: ReturnType<HookRunner['list']>;
  readonly services: ReturnType<Services['list']>;
  /** Names by plugin id. */
  readonly states: Readonly<Record<string, string[]>>;
  readonly scalars: Readonly<Record<string, string[]>>;
}

export function explainRun(
  { config, sources, entries, registry }: LoadedConfig,
  { hooks, services, states, scalars }: RunParts,
): Explanation {
  return {
    config,
    sources,
    plugins: entries.map(({ id, kind, name, options, origin }) => ({
      id,
      kind,
      name,
      options,
      origin: origin.source,
      version: origin.version ?? null,
    })),
    known: registry.list().map(({ plugin, origin }) => ({
      kind: plugin.kind,
      name: plugin.name,
      origin: origin.source,
      version: origin.version ?? null,
    })),
    hooks: hooks.list(),
    services: services.list(),
    states: names(states),
    scalars: names(scalars),
  };
}

const names = (byPlugin: ReadonlyMap<string, ReadonlyMap<string, unknown>>): Record<string, string[]> =>
  Object.fromEntries([...byPlugin].map(([plugin, own]) => [plugin, [...own.keys()]]));
