import { labelledValue } from './config.js';

/** One run of the grid, before its config is known. */
export interface Point {
  /** Label of the variant that it belongs to. */
  readonly variant: string;
  /** Value of `seed`, where that varies. */
  readonly seed: unknown;
  /** `path=value`, to be laid upon the base in order. */
  readonly overrides: readonly string[];
}

/** Every combination of values, the last option varying fastest; variants come in the order of the values. */
export function pointsOf(vary: Readonly<Record<string, readonly unknown[]>>): Point[] {
  const options = Object.entries(vary);
  const start: Choice[][] = [[]];
  const combinations = options.reduce<Choice[][]>(
    (before, [path, values]) => before.flatMap((done) => values.map((given) => [...done, choiceOf(path, given)])),
    start,
  );
  return combinations.map((choices) => ({
    variant: choices.filter(({ path }) => path !== 'seed').map(({ label }) => label).join(', ') || 'base',
    seed: choices.find(({ path }) => path === 'seed')?.value,
    overrides: choices.map(({ path, value }) => `${path}=${JSON.stringify(value)}`), // JSON is YAML
  })); // prettier-ignore
}

interface Choice {
  readonly path: string;
  readonly value: unknown;
  readonly label: string;
}

function choiceOf(path: string, given: unknown): Choice {
  const { label, value } = labelledValue(given);
  const named = pluginLabel(value);
  return { path, value, label: label ?? named ?? `${path}=${JSON.stringify(value)}` };
}

/** `mochi n=8 s=4` for a plugin with options, `oracle + mochi` for a chain; undefined for anything else. */
function pluginLabel(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) {
    const parts = value.map(pluginLabel);
    return parts.every((part) => part !== undefined) ? parts.join(' + ') : undefined;
  }
  if (typeof value !== 'object' || value === null || !('name' in value)) return undefined;
  const { name, ...options } = value as Record<string, unknown>;
  return [String(name), ...Object.entries(options).map(([option, set]) => `${option}=${JSON.stringify(set)}`)].join(' ');
}
