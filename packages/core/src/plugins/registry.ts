import { API_VERSION, type Plugin, type PluginKind } from '@mochi/contract';
import { pluginApiVersion, pluginDuplicate, pluginInvalid } from '../errors.js';

/** Where a plugin came from. */
export interface Origin {
  /** `built-in`, the path of a file, or the name of a package. */
  readonly source: string;
  /** Of the package, where it has one. */
  readonly version?: string | undefined;
}

export interface Registered {
  readonly plugin: Plugin;
  readonly origin: Origin;
}

const KINDS: ReadonlySet<string> = new Set<PluginKind>([
  'data',
  'augment',
  'mixing',
  'encoder',
  'method',
  'bank',
  'sampler',
  'positives',
  'optimizer',
  'schedule',
  'evaluator',
  'tracker',
  'exporter',
  'extension',
]);

/** The plugins that a config may name, each checked as it comes. */
export class Registry {
  private readonly plugins = new Map<string, Registered>();

  /**
   * @throws MOCHI_PLUGIN_INVALID, MOCHI_PLUGIN_API_VERSION, or MOCHI_PLUGIN_DUPLICATE, which names both origins.
   */
  add(plugin: Plugin, origin: Origin): void {
    checkPlugin(plugin, origin.source);
    const key = `${plugin.kind}:${plugin.name}`;
    const known = this.plugins.get(key);
    if (known?.plugin === plugin) return; // a module that two configs list
    if (known) throw pluginDuplicate(plugin.kind, plugin.name, known.origin.source, origin.source);
    this.plugins.set(key, { plugin, origin });
  }

  get(kind: PluginKind, name: string): Registered | undefined {
    return this.plugins.get(`${kind}:${name}`);
  }

  /** Names of a kind, in order of registration. */
  names(kind: PluginKind): string[] {
    return this.list()
      .filter(({ plugin }) => plugin.kind === kind)
      .map(({ plugin }) => plugin.name);
  }

  /** Kinds that have a plugin of this name. */
  kindsOf(name: string): PluginKind[] {
    return this.list()
      .filter(({ plugin }) => plugin.name === name)
      .map(({ plugin }) => plugin.kind);
  }

  list(): Registered[] {
    return [...this.plugins.values()];
  }
}

/** True for what has the shape of a plugin, whatever its version; `checkPlugin` says what is wrong with one. */
export const isPlugin = (value: unknown): value is Plugin => lacking(value)?.length === 0;

/** The fields of a plugin that an object with a `setup` lacks; undefined for anything else. */
export function lacking(value: unknown): string[] | undefined {
  if (typeof value !== 'object' || value === null || typeof (value as Partial<Plugin>).setup !== 'function') return undefined;
  return ['name', 'kind'].filter((field) => (value as Record<string, unknown>)[field] === undefined);
}

function checkPlugin(plugin: Plugin, origin: string): void {
  const { name, kind, apiVersion, config } = plugin as {
    name: unknown;
    kind: unknown;
    apiVersion: unknown;
    config?: Partial<Plugin['config']>;
  };
  const label = String(name);
  if (apiVersion !== API_VERSION) throw pluginApiVersion(label, origin, apiVersion);
  if (typeof name !== 'string' || !/^[a-z0-9][a-z0-9@/._-]*$/i.test(name)) {
    throw pluginInvalid(
      label,
      origin,
      `has the name ${JSON.stringify(name)}`,
      'letters, digits and - . _ / @, beginning with a letter or digit',
    );
  }
  if (!KINDS.has(String(kind)))
    throw pluginInvalid(label, origin, `is of kind ${JSON.stringify(kind)}`, `one of ${[...KINDS].join(', ')}`);
  if (typeof config?.['~standard']?.validate !== 'function') {
    throw pluginInvalid(label, origin, 'has no config schema', 'config: a Standard Schema, e.g. z.strictObject({}) of zod');
  }
}
