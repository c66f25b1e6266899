import type { Plugin, PluginKind, StandardSchema } from '@mochi/contract';
import type { Origin, Registered, Registry } from '../plugins/registry.js';
import { suggest } from '../suggest.js';
import { coreSchemas, type RuntimeConfig } from './core-schemas.js';
import { asPlugin, pluginName } from './merge.js';
import { isForeign, meantKey } from './foreign-keys.js';
import { nodeAt, placeOf, toValue, type MapNode, type Node, type Path } from './node.js';
import { show, type Problem } from './problems.js';
import { checkSchema } from './schema-problems.js';
import { SECTIONS, type SectionSpec } from './sections.js';

/** A plugin that the config switches on. */
export interface ConfigEntry {
  /** Unique in the run, and the namespace of its state: `sampler`, `sampler.1`, `extension:acme-x`. */
  readonly id: string;
  readonly kind: PluginKind;
  readonly name: string;
  /** Checked, with defaults filled in. */
  readonly options: unknown;
  readonly plugin: Plugin;
  readonly origin: Origin;
}

/** The config with every default filled in. Plugin sections hold `{ name, ...options }` or a list of them. */
export interface ResolvedConfig {
  readonly seed: number;
  readonly name: string;
  readonly runtime: RuntimeConfig;
  readonly [section: string]: unknown;
}

export interface Checked {
  readonly config: ResolvedConfig;
  readonly entries: readonly ConfigEntry[];
  readonly problems: readonly Problem[];
}

export interface CheckOptions {
  /** Of the plain sections, e.g. `{ train }`. They win over core's own of the same name. */
  readonly schemas?: Readonly<Record<string, StandardSchema>> | undefined;
  /** Sections that must be there, e.g. `['data', 'encoder']`. */
  readonly required?: readonly string[] | undefined;
}

/** Holds a config against the schemas of its sections and of the plugins that it names. Every problem is listed, not only the first. */
export async function checkConfig(
  root: MapNode,
  registry: Registry,
  { schemas = {}, required = [] }: CheckOptions,
): Promise<Checked> {
  const plain: Record<string, StandardSchema> = { ...coreSchemas, ...schemas };
  const problems = [...unknownSections(root, Object.keys(plain)), ...missingSections(root, required)];
  const config: Record<string, unknown> = {};
  for (const [section, schema] of Object.entries(plain)) {
    const checked = await checkPlain(section, schema, root);
    problems.push(...checked.problems);
    config[section] = checked.value;
  }
  const entries: ConfigEntry[] = [];
  for (const spec of SECTIONS) {
    const checked = await checkSection(spec, root, registry);
    problems.push(...checked.problems);
    entries.push(...checked.entries);
    const values = checked.entries.map(({ name, options }) => ({ name, ...(options as object) }));
    if (values.length > 0) config[spec.section] = checked.isList ? values : values[0];
  }
  return { config: config as unknown as ResolvedConfig, entries, problems };
}

function unknownSections(root: MapNode, plain: readonly string[]): Problem[] {
  const known = [...plain, 'extends', 'plugins', ...SECTIONS.map(({ section }) => section)];
  // `extends` is gone by now, unless an override brought it: too late to build upon anything.
  const late = (key: string) =>
    key === 'extends' ? 'extends in a config file, not in an override' : `one of ${known.join(', ')}`;
  return [...root.entries]
    .filter(([key]) => key === 'extends' || !known.includes(key))
    .map(([key, { place }]) => ({
      code: 'MOCHI_CONFIG_INVALID',
      place,
      path: [key],
      found: `the key "${key}"${isForeign(key) ? ', as another library has it; docs/coming-from.md says what is what' : ''}`,
      expected: late(key),
      suggestion: key === 'extends' ? undefined : meantKey(key, known),
    }));
}

function missingSections(root: MapNode, required: readonly string[]): Problem[] {
  return required
    .filter((section) => isAbsent(nodeAt(root, [section])))
    .map((section) => ({
      code: 'MOCHI_CONFIG_INVALID',
      place: root.place,
      path: [section],
      found: 'no such section',
      expected: `a section "${section}"`,
    }));
}

async function checkPlain(
  section: string,
  schema: StandardSchema,
  root: MapNode,
): Promise<{ value: unknown; problems: Problem[] }> {
  const node = nodeAt(root, [section]);
  if (!isAbsent(node)) return checkSchema(schema, toValue(node!), root, [section]);
  const absent = await checkSchema(schema, undefined, root, [section]);
  // A section that may not be absent is checked as an empty one, so that the problems name what it lacks.
  return absent.problems.length === 0 ? absent : checkSchema(schema, {}, root, [section]);
}

interface CheckedSection {
  readonly isList: boolean;
  readonly entries: readonly ConfigEntry[];
  readonly problems: readonly Problem[];
}

async function checkSection(spec: SectionSpec, root: MapNode, registry: Registry): Promise<CheckedSection> {
  const node = nodeAt(root, [spec.section]);
  if (!node || isAbsent(node)) return { isList: false, entries: [], problems: [] };
  const isList = node.kind === 'list';
  if (isList ? spec.form === 'one' : spec.form === 'many') {
    const expected = isList
      ? `one ${spec.kind}: a name, or { name, ...options }`
      : `a list, e.g. [${pluginName(asPlugin(node)) ?? 'NAME'}]`;
    return { isList, entries: [], problems: [invalid(root, [spec.section], isList ? 'a list' : show(toValue(node)), expected)] };
  }
  const entries: ConfigEntry[] = [];
  const problems: Problem[] = [];
  const items = isList ? node.items : [node];
  for (const [index, item] of items.entries()) {
    const path = isList ? [spec.section, index] : [spec.section];
    const checked = await checkEntry(spec, item, path, index, root, registry);
    if ('entry' in checked) entries.push(checked.entry);
    else problems.push(...checked.problems);
  }
  return { isList, entries, problems };
}

type CheckedEntry = { readonly entry: ConfigEntry } | { readonly problems: readonly Problem[] };

async function checkEntry(
  spec: SectionSpec,
  node: Node,
  path: Path,
  index: number,
  root: MapNode,
  registry: Registry,
): Promise<CheckedEntry> {
  const { kind } = spec;
  const known = registry.names(kind);
  const expected = `one of ${known.join(', ') || `(no plugin of kind ${kind} is known)`}`;
  const section = asPlugin(node);
  const name = pluginName(section);
  if (section.kind !== 'map')
    return { problems: [invalid(root, path, show(toValue(node)), `a name or { name, ...options }; ${expected}`)] };
  if (name === undefined) return { problems: [invalid(root, [...path, 'name'], show(toValue(section)), `a name; ${expected}`)] };
  const registered = registry.get(kind, name);
  if (!registered) return { problems: [unknownPlugin(kind, name, expected, path, root, registry)] };
  const { name: _, ...options } = toValue(section) as Record<string, unknown>;
  return checkOptions(registered, options, root, path, index === 0 ? kind : `${kind}.${index}`);
}

/** An entry whose options its plugin accepts, or the problems. */
export async function checkOptions(
  registered: Registered,
  options: object,
  root: MapNode,
  path: Path,
  id: string,
): Promise<CheckedEntry> {
  const { plugin, origin } = registered;
  const { value, problems } = await checkSchema(plugin.config, options, root, path);
  if (problems.length > 0) return { problems };
  return { entry: { id, kind: plugin.kind, name: plugin.name, options: value, plugin, origin } };
}

function unknownPlugin(kind: PluginKind, name: string, expected: string, path: Path, root: MapNode, registry: Registry): Problem {
  const elsewhere = registry.kindsOf(name);
  return {
    code: 'MOCHI_UNKNOWN_PLUGIN',
    place: placeOf(root, nodeAt(root, [...path, 'name']) ? [...path, 'name'] : path),
    path,
    found: `"${name}"${elsewhere.length > 0 ? `, which is of kind ${elsewhere.join(' and ')}` : ''}`,
    expected: `a plugin of kind ${kind}: ${expected}`,
    suggestion: suggest(name, registry.names(kind)),
  };
}

export const invalid = (root: MapNode, path: Path, found: string, expected: string): Problem => ({
  code: 'MOCHI_CONFIG_INVALID',
  place: placeOf(root, path),
  path,
  found,
  expected,
});

const isAbsent = (node: Node | undefined): boolean =>
  !node || (node.kind === 'value' && (node.value === null || node.value === undefined));
