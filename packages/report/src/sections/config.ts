import type { Block, Cell, Section } from '../page/page.js';
import type { RunRecord } from '../run/read-run.js';

type Tree = Readonly<Record<string, unknown>>;

/** Leaves of a config by their paths, in the order of the config. Entries of lists that have a name go by it. */
export function leavesOf(value: unknown, path = ''): [path: string, value: unknown][] {
  const inside = (key: string): string => (path === '' ? key : `${path}.${key}`);
  if (Array.isArray(value)) {
    if (value.every((entry) => typeof entry !== 'object' || entry === null)) return [[path, value]];
    return value.flatMap((entry, at) => leavesOf(entry, inside(nameOf(entry) ?? String(at))));
  }
  if (typeof value !== 'object' || value === null) return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, inside(key)));
}

const nameOf = (entry: unknown): string | undefined => {
  const { name, use } = (entry ?? {}) as Tree;
  return typeof name === 'string' ? name : typeof use === 'string' ? use : undefined;
};

/** Paths at which trees differ, with what each says there; undefined: nothing. */
export function differences(trees: readonly (Tree | null)[]): { path: string; values: unknown[] }[] {
  const known = trees.map((tree) => new Map(tree ? leavesOf(tree) : []));
  const paths = [...new Set(known.flatMap((leaves) => [...leaves.keys()]))];
  return paths
    .map((path) => ({ path, values: known.map((leaves) => leaves.get(path)) }))
    .filter(({ values }) => new Set(values.filter((_, at) => trees[at]).map((value) => JSON.stringify(value))).size > 1);
}

const said = (value: unknown): string => (value === undefined ? '–' : typeof value === 'string' ? value : JSON.stringify(value));

/** A table of what differs; marked where a run does not say what the first one does. */
function differencesTable(what: string, runs: readonly RunRecord[], trees: readonly (Tree | null)[], csv: string): Block {
  const rows = differences(trees).map(({ path, values }): Cell[] => [
    path,
    ...values.map((value, at): Cell => {
      const text = trees[at] ? said(value) : '(not known)';
      return at > 0 && text !== said(values[0]) ? { text, mark: 'differs' } : text;
    }),
  ]);
  if (rows.length === 0) return { kind: 'text', level: 'info', text: `The runs do not differ in their ${what}.` };
  return { kind: 'table', table: { caption: `Where the runs differ in their ${what}`, columns: ['', ...runs.map(({ name }) => name)], rows, csv } }; // prettier-ignore
}

export function configSection(runs: readonly RunRecord[]): Section {
  const whole = runs.map(({ name, config }): Block => ({
    kind: 'details',
    summary: runs.length > 1 ? `Configuration of ${name}` : 'The whole configuration, defaults filled in',
    text: config ? JSON.stringify(config, null, 2) : 'The run folder has none.',
  })); // prettier-ignore
  const table = runs.length > 1 ? [differencesTable('configuration', runs, runs.map(({ config }) => config), 'config-differences')] : []; // prettier-ignore
  return { id: 'config', title: runs.length > 1 ? 'Configuration differences' : 'Configuration', blocks: [...table, ...whole] };
}

export function environmentSection(runs: readonly RunRecord[]): Section {
  const known = runs.filter(({ environment }) => environment);
  const paths = [...new Set(known.flatMap(({ environment }) => leavesOf(environment).map(([path]) => path)))];
  const of = known.map(({ environment }) => new Map(leavesOf(environment)));
  const rows = paths.map((path): Cell[] => [
    path,
    ...of.map((leaves, at): Cell => {
      const text = said(leaves.get(path));
      return at > 0 && text !== said(of[0]!.get(path)) ? { text, mark: 'differs' } : text;
    }),
  ]);
  const table: Block = { kind: 'table', table: { caption: 'What the runs were made with', columns: ['', ...known.map(({ name }) => name)], rows, csv: 'environment' } }; // prettier-ignore
  const missing = runs.filter(({ environment }) => !environment).map(({ name }) => name);
  const none: Block[] =
    missing.length > 0 ? [{ kind: 'text', level: 'warning', text: `Not known of ${missing.join(', ')}.` }] : [];
  return { id: 'environment', title: 'Environment', blocks: [...(rows.length > 0 ? [table] : []), ...none] };
}
