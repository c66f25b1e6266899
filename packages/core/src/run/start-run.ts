import { TOKEN_OF_KIND, isMochiError, type Logger, type RunEvent } from '@mochi/contract';
import type { ConfigEntry } from '../config/check-config.js';
import { loadConfig, type ConfigOptions, type LoadedConfig } from '../config/load-config.js';
import { pluginProvidesNothing, pluginSetupFailed } from '../errors.js';
import { EventBus } from '../event-bus.js';
import { HookRunner } from '../hook-runner.js';
import type { Registry } from '../plugins/registry.js';
import { Services } from '../services.js';
import { withinLimit } from '../time-limit.js';
import { PluginHost, type RunParts } from './plugin-host.js';
import { RunHost, disposeParts } from './run-host.js';

export interface HostOptions {
  /** Where plugins' remarks go. Default: nothing is printed; warnings are `warning` events, the rest is dropped. */
  readonly log?: Logger | undefined;
  /** Gets every event, those of setup too, until it throws or rejects: then a `warning` says so, and it gets no more. */
  readonly onEvent?: ((event: RunEvent) => void) | undefined;
  /** Given the bus before anything is told on it. */
  readonly onBus?: ((bus: EventBus) => void) | undefined;
}

/** Loads a config and sets its plugins up. See `loadConfig` and `createHost` for what they throw. The caller disposes the host. */
export async function startRun(options: ConfigOptions & HostOptions): Promise<RunHost> {
  return createHost(await loadConfig(options), options);
}

/**
 * Sets up every plugin that a config switches on, in order. Nothing is made yet: services are made when first asked for.
 * On failure everything set up so far is disposed.
 *
 * @throws MOCHI_PLUGIN_SETUP_FAILED, MOCHI_PLUGIN_TIMEOUT, MOCHI_PLUGIN_PROVIDES_NOTHING, MOCHI_TOKEN_MISSING (a plugin's `needs`), MOCHI_TOKEN_TAKEN.
 */
export async function createHost(loaded: LoadedConfig, { log, onEvent, onBus }: HostOptions = {}): Promise<RunHost> {
  const { pluginSeconds } = loaded.config.runtime;
  const names = new Map(loaded.entries.map((entry) => [entry.id, labelOf(entry)]));
  const label = (id: string) => names.get(id) ?? id;
  const parts: RunParts = {
    services: new Services({ label, hint: (token) => providersOf(token, loaded.registry) }),
    hooks: new HookRunner(label, pluginSeconds),
    bus: new EventBus(),
    label,
    states: new Map(),
    scalars: new Map(),
    disposals: [],
    registry: loaded.registry,
    log,
    pluginSeconds,
  };
  onBus?.(parts.bus);
  if (onEvent) parts.bus.all('onEvent').subscribe(onEvent); // completes when the host is disposed
  try {
    const hosts: PluginHost[] = [];
    for (const entry of loaded.entries) hosts.push(await setUp(entry, parts, pluginSeconds));
    for (const entry of loaded.entries) checkNeeds(entry, parts);
    for (const host of hosts) host.open();
  } catch (error) {
    await disposeParts(parts);
    throw error;
  }
  return new RunHost(loaded, parts);
}

async function setUp(entry: ConfigEntry, parts: RunParts, seconds: number | null): Promise<PluginHost> {
  const { id, kind, plugin, options } = entry;
  const host = new PluginHost(id, parts);
  try {
    await withinLimit(plugin.setup(host, options), seconds, labelOf(entry), 'setup');
  } catch (error) {
    throw isMochiError(error) && OF_THE_HOST.has(error.code) ? error : pluginSetupFailed(labelOf(entry), error);
  } finally {
    host.seal();
  }
  if (kind === 'extension') return host;
  const token = TOKEN_OF_KIND[kind];
  if (!parts.services.providers(token).some((provider) => provider.plugin === id)) {
    throw pluginProvidesNothing(labelOf(entry), kind, token.name);
  }
  return host;
}

/** What the host itself says to a plugin in setup. It names the plugin already. */
const OF_THE_HOST: ReadonlySet<string> = new Set([
  'MOCHI_TOKEN_TAKEN',
  'MOCHI_HOOK_CLASH',
  'MOCHI_STATE_TAKEN',
  'MOCHI_INJECT_TOO_EARLY',
  // Of a plugin that another one uses for itself.
  'MOCHI_UNKNOWN_PLUGIN',
  'MOCHI_CONFIG_INVALID',
  'MOCHI_PLUGIN_TIMEOUT',
]);

/** `skip-hardest (sampler.1)`. */
const labelOf = ({ id, name }: ConfigEntry): string => `"${name}" (${id})`;

function checkNeeds({ id, plugin }: ConfigEntry, { services }: RunParts): void {
  for (const token of plugin.needs ?? []) if (!services.has(token)) throw services.missing(token.name, id);
}

/** What could provide a token: the known plugins of the kind whose token it is. */
function providersOf(token: string, registry: Registry): string | undefined {
  const [kind] = Object.entries(TOKEN_OF_KIND).find(([, { name }]) => name === token) ?? [];
  if (kind === undefined) return undefined;
  return `Add a section for the ${kind}; known plugins: ${registry.names(kind as keyof typeof TOKEN_OF_KIND).join(', ') || 'none'}.`;
}
