import { TOKEN_OF_KIND, type Host, type ListToken, type PluginKind } from '@mochi/contract';
import { ownEntryInvalid, ownEntryUnknown, pluginProvidesNothing } from '../errors.js';
import type { Registry } from '../plugins/registry.js';
import { Services } from '../services.js';
import type { RunParts } from './plugin-host.js';

/** An entry that a plugin makes for itself. */
export type OwnEntry = Parameters<Host['use']>[1];

/**
 * Sets a known plugin up for another one alone, with services of its own.
 *
 * @param by Id of the plugin that asks. @param hostOf Makes the host of the new one. @throws MOCHI_UNKNOWN_PLUGIN, MOCHI_CONFIG_INVALID
 */
export async function usePlugin<T>(
  parts: RunParts & { readonly registry: Registry },
  by: string,
  token: ListToken<T>,
  entry: OwnEntry,
  hostOf: (id: string, parts: RunParts) => Host & { seal(): void; open(): void },
): Promise<T> {
  const { name, ...options } = typeof entry === 'string' ? { name: entry } : entry;
  const [kind] = Object.entries(TOKEN_OF_KIND).find(([, known]) => known.name === token.name) ?? [];
  const found = kind === undefined ? undefined : parts.registry.get(kind as PluginKind, name);
  if (!found) throw ownEntryUnknown(parts.label(by), token.name, name, kind ? parts.registry.names(kind as PluginKind) : []);
  const checked = await found.plugin.config['~standard'].validate(options);
  if (checked.issues)
    throw ownEntryInvalid(
      parts.label(by),
      name,
      checked.issues.map(
        ({ path = [], message }) =>
          `${path.map((part) => String(typeof part === 'object' ? part.key : part)).join('.')}: ${message}`,
      ),
    );
  const services = new Services({ label: parts.label });
  parts.disposals.push({ plugin: by, dispose: () => services.dispose() });
  const host = hostOf(`${by}/${name}`, { ...parts, services });
  await found.plugin.setup(host, checked.value);
  host.seal();
  host.open();
  const [provider] = services.providers(token);
  if (!provider) throw pluginProvidesNothing(name, kind!, token.name);
  return provider.get();
}
