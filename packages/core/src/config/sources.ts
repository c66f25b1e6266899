import { isPlainObject, placeText, type Node } from './node.js';

/**
 * Where each value of a resolved config was written, by its path: `{ 'sampler.n': 'mochi.yaml:3:6', 'optimizer.rate': 'preset moco-v2' }`. A value
 * that nothing wrote, a default, is not there.
 *
 * @param config With every default filled in. @param root What was written of it, merged.
 */
export const configSources = (config: object, root: Node): Record<string, string> =>
  Object.fromEntries(written(config, root, []));

function written(value: unknown, node: Node | undefined, path: readonly string[]): [string, string][] {
  if (!node) return [];
  const keys = Array.isArray(value) || isPlainObject(value) ? Object.keys(value) : [];
  if (keys.length === 0) return [[path.join('.'), placeText(node.place)]];
  const below = (key: string): Node | undefined => {
    if (node.kind === 'map') return node.entries.get(key)?.node;
    if (node.kind === 'list') return node.items[Number(key)];
    return node.value === (value as Record<string, unknown>)['name'] && key !== 'name' ? undefined : node; // a plugin by its name alone, or the whole
  };
  return keys.flatMap((key) => written((value as Record<string, unknown>)[key], below(key), [...path, key]));
}
