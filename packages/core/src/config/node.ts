/** Where a value of the config was written. */
export interface Place {
  /** A file, or what else gave the value: `preset moco-v2`, `override sampler.n=512`. */
  readonly source: string;
  /** From 1. Absent where the source has no lines. */
  readonly line?: number;
  readonly column?: number;
}

/** A config value that knows where each part of it was written, through every merge. */
export type Node = MapNode | ListNode | ValueNode;

export interface MapNode {
  readonly kind: 'map';
  readonly place: Place;
  readonly entries: ReadonlyMap<string, MapEntry>;
}

export interface MapEntry {
  /** Where the key stands. */
  readonly place: Place;
  readonly node: Node;
}

export interface ListNode {
  readonly kind: 'list';
  readonly place: Place;
  readonly items: readonly Node[];
}

/** A scalar, or anything that is no plain object and no array. */
export interface ValueNode {
  readonly kind: 'value';
  readonly place: Place;
  readonly value: unknown;
  /** Of a null that was laid over something: it takes that out, where the option may not be null itself. */
  readonly takesOut?: true;
}

export const valueNode = (value: unknown, place: Place): ValueNode => ({ kind: 'value', value, place });
export const mapNode = (entries: Iterable<readonly [string, MapEntry]>, place: Place): MapNode => ({
  kind: 'map',
  entries: new Map(entries),
  place,
});

/** A null as one that takes out what it is laid over; anything else as it is. */
export const takingOut = (node: Node): Node =>
  node.kind === 'value' && node.value === null ? { ...node, takesOut: true } : node;

/** A copy of the tree without the map's entry at a path. */
export function without(node: Node, [key, ...rest]: Path): Node {
  if (node.kind === 'list')
    return { ...node, items: node.items.map((item, at) => (at === Number(key) ? without(item, rest) : item)) };
  const entry = node.kind === 'map' ? node.entries.get(String(key)) : undefined;
  if (node.kind !== 'map' || !entry) return node;
  const entries = new Map(node.entries);
  if (rest.length === 0) entries.delete(String(key));
  else entries.set(String(key), { ...entry, node: without(entry.node, rest) });
  return mapNode(entries, node.place);
}

/** An object literal, of any realm: its prototype is the end of the chain. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** A node of a JavaScript value, all of it from one place. Properties that are undefined count as absent. */
export function toNode(value: unknown, place: Place): Node {
  if (Array.isArray(value)) return { kind: 'list', items: value.map((item) => toNode(item, place)), place };
  if (!isPlainObject(value)) return valueNode(value, place);
  const given = Object.entries(value).filter(([, item]) => item !== undefined);
  return mapNode(
    given.map(([key, item]) => [key, { place, node: toNode(item, place) }] as const),
    place,
  );
}

/** The JavaScript value of a node. */
export function toValue(node: Node): unknown {
  if (node.kind === 'list') return node.items.map(toValue);
  if (node.kind === 'value') return node.value;
  return Object.fromEntries([...node.entries].map(([key, entry]) => [key, toValue(entry.node)]));
}

export type Path = readonly PropertyKey[];

/** The node at a path, or undefined. */
export function nodeAt(node: Node, path: Path): Node | undefined {
  let at: Node | undefined = node;
  for (const key of path) at = at && child(at, key);
  return at;
}

function child(node: Node, key: PropertyKey): Node | undefined {
  if (node.kind === 'map') return node.entries.get(String(key))?.node;
  return node.kind === 'list' ? node.items[Number(key)] : undefined;
}

/** The place of the value at a path, or of the nearest part above it that was written. `ofKey`: of its key. */
export function placeOf(node: Node, path: Path, ofKey = false): Place {
  let { place } = node;
  let at: Node | undefined = node;
  path.forEach((key, depth) => {
    if (!at) return;
    const last = depth === path.length - 1;
    const entry: MapEntry | undefined = at.kind === 'map' ? at.entries.get(String(key)) : undefined;
    at = child(at, key);
    if (at) place = last && ofKey && entry ? entry.place : at.place;
  });
  return place;
}

/** `sampler.n`, `evaluators.0.k`. */
export const pathText = (path: Path): string => path.map(String).join('.');

/** `mochi.yaml:3:6`. */
export const placeText = ({ source, line, column }: Place): string =>
  line === undefined ? source : `${source}:${line}:${column}`;
