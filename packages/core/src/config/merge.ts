import { mapNode, nodeAt, takingOut, valueNode, type MapNode, type Node } from './node.js';
import { sectionOf } from './sections.js';

/**
 * `over` laid upon `base`: maps merge key by key, everything else is replaced. A section that names another plugin than below replaces it
 * wholly, since options of one plugin mean nothing to another; `null` takes out a section, or an option that may not be null itself; `plugins` add
 * up.
 */
export function mergeConfigs(base: MapNode, over: MapNode): MapNode {
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    entries.set(key, below ? { place: entry.place, node: mergeSection(key, below.node, entry.node) } : entry);
  }
  return mapNode(entries, over.place);
}

function mergeSection(key: string, base: Node, over: Node): Node {
  if (key === 'plugins' && base.kind === 'list' && over.kind === 'list')
    return { ...over, items: [...base.items, ...over.items] };
  if (!sectionOf(key)) return mergeNodes(base, over);
  const [lower, upper] = [asPlugin(base), asPlugin(over)];
  if (upper.kind !== 'map' || lower.kind !== 'map') return over;
  const name = pluginName(upper);
  return name === undefined || name === pluginName(lower) ? mergeNodes(lower, upper) : upper;
}

function mergeNodes(base: Node, over: Node): Node {
  if (base.kind !== 'map' || over.kind !== 'map') return takingOut(over);
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const below = entries.get(key);
    entries.set(key, below ? { place: entry.place, node: mergeNodes(below.node, entry.node) } : entry);
  }
  return mapNode(entries, over.place);
}

/** `uniform` as `{ name: uniform }`; anything else as it is. */
export function asPlugin(node: Node): Node {
  if (node.kind !== 'value' || typeof node.value !== 'string') return node;
  return mapNode([['name', { place: node.place, node: valueNode(node.value, node.place) }]], node.place);
}

/** The name that a section gives, if it is a string. */
export const pluginName = (node: Node): string | undefined => textAt(node, 'name');

/** A string directly below a map. */
export function textAt(node: Node, key: string): string | undefined {
  const found = nodeAt(node, [key]);
  return found?.kind === 'value' && typeof found.value === 'string' ? found.value : undefined;
}
