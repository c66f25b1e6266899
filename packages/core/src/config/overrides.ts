import { parseYaml } from './parse-yaml.js';
import { asPlugin, mergeConfigs, pluginName, textAt } from './merge.js';
import {
  mapNode,
  takingOut,
  toNode,
  toValue,
  type ListNode,
  type MapEntry,
  type MapNode,
  type Node,
  type Place,
} from './node.js';
import { sectionOf } from './sections.js';
import { show, type Problem } from './problems.js';

/**
 * The config with command-line overrides laid upon it, in order: `seed=2`, `sampler=uniform` (drops another sampler's options),
 * `sampler.n=512`, `evaluators.0.k=20` or `evaluators.knn.k=20` (its `as`, else its name), `sampler={name: mochi, n: 8}`. Values are YAML.
 */
export function applyOverrides(config: MapNode, overrides: readonly string[]): { config: MapNode; problems: Problem[] } {
  const problems: Problem[] = [];
  let next = config;
  for (const text of overrides) {
    const place: Place = { source: `override "${text}"` };
    const outcome = applyOverride(next, text, place);
    if ('problem' in outcome) problems.push({ code: 'MOCHI_CONFIG_INVALID', place, ...outcome.problem });
    else next = outcome.config;
  }
  return { config: next, problems };
}

type Outcome = { config: MapNode } | { problem: Pick<Problem, 'path' | 'found' | 'expected'> };

function applyOverride(config: MapNode, text: string, place: Place): Outcome {
  const equals = text.indexOf('=');
  const path = text.slice(0, Math.max(0, equals)).trim().split('.');
  if (equals < 1 || path.some((key) => key === ''))
    return { problem: { path: [], found: text, expected: 'PATH=VALUE, e.g. sampler.n=512' } };
  let value: Node;
  try {
    value = takingOut(toNode(toValue(parseYaml(text.slice(equals + 1), place.source)), place)); // one place: columns of an argument help nobody
  } catch (error) {
    return {
      problem: { path, found: text.slice(equals + 1), expected: `a YAML value (${(error as Error).message.split('\n')[0]})` },
    };
  }
  const [section] = path as [string];
  if (path.length === 1 && sectionOf(section) && value.kind === 'value') {
    return { config: mergeConfigs(config, mapNode([[section, { place, node: value }]], place)) };
  }
  try {
    return { config: setAt(config, path, 0, { node: value, place }) as MapNode };
  } catch (error) {
    if (!(error instanceof Blocked)) throw error;
    return { problem: { path, found: error.message, expected: error.expected } };
  }
}

class Blocked extends Error {
  constructor(
    message: string,
    readonly expected = 'a path through sections, options and list items',
  ) {
    super(message);
  }
}

/** A copy of the tree with the value at the path; maps are made where there is nothing. */
function setAt(node: Node, path: readonly string[], depth: number, value: MapEntry): Node {
  const key = path[depth];
  if (key === undefined) return value.node;
  const at = depth === 1 && sectionOf(path[0]!) ? asPlugin(node) : node; // `sampler: uniform` takes options too
  if (at.kind === 'list') return setItem(at, path, depth, value);
  if (at.kind === 'value' && at.value !== null) throw new Blocked(`"${path.slice(0, depth).join('.')}" holds ${show(at.value)}`);
  const entries = new Map(at.kind === 'map' ? at.entries : []);
  const below = entries.get(key);
  const isThere = below && !(below.node.kind === 'value' && below.node.value === null);
  const next = setAt(isThere ? below.node : nothingAt(key, depth, value.place), path, depth + 1, value);
  entries.set(key, { place: below && depth < path.length - 1 ? below.place : value.place, node: next });
  return mapNode(entries, at.place);
}

/** What stands where a config has nothing: no plugins, or no options. */
const nothingAt = (key: string, depth: number, place: Place): Node =>
  depth === 0 && sectionOf(key)?.form === 'many' ? { kind: 'list', items: [], place } : mapNode([], place);

function setItem(list: ListNode, path: readonly string[], depth: number, value: MapEntry): Node {
  const key = path[depth]!;
  const items = list.items.map(asPlugin);
  const index = /^\d+$/.test(key) ? Number(key) : indexOfName(items, key, path.slice(0, depth).join('.'));
  if (index < 0 || index > items.length) {
    const names = items.map((item, at) => ownName(item) ?? at);
    throw new Blocked(`no item "${key}" in "${path.slice(0, depth).join('.')}", which has ${names.join(', ') || 'none'}`);
  }
  const [section, option] = [path.slice(0, depth).join('.'), path.slice(depth + 1).join('.')];
  if (index === items.length && option !== '' && option !== 'name')
    throw new Blocked(
      `no item "${key}" in "${section}" that could have an option`,
      `an item first: ${section}.${key}=NAME, or in the config`,
    );
  items[index] = setAt(items[index] ?? mapNode([], value.place), path, depth + 1, value);
  return { ...list, items };
}

/** What an item of a list is called: its `as`, else the plugin's name. */
const ownName = (item: Node): string | undefined => textAt(item, 'as') ?? pluginName(item);

/** The item that is called so, else the only one of the plugin of that name; -1 where there is none. @throws Blocked where it may be several. */
function indexOfName(items: readonly Node[], name: string, section: string): number {
  const called = (nameOf: (item: Node) => string | undefined) => items.flatMap((item, at) => (nameOf(item) === name ? [at] : []));
  const own = called(ownName);
  const found = own.length > 0 ? own : called(pluginName);
  if (found.length < 2) return found[0] ?? -1;
  const ways = found.map((at) => {
    const as = textAt(items[at]!, 'as');
    return `${section}.${at}${as === undefined || own.length > 0 ? '' : ` (or ${section}.${as})`}`;
  });
  throw new Blocked(`"${section}" has ${found.length} items "${name}"`, `one of them: ${ways.join(', ')}`);
}
