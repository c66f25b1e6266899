import { TOKEN_OF_KIND, type ListToken, type Token } from '@mochi/contract';
import { serviceInvalid } from '../errors.js';
import type { ServiceOfKind } from './run-host.js';

type Is = 'a name' | 'a function' | 'an array' | 'an object';

/** What a service of each kind cannot be without. What its functions return is looked at where they are called. */
const FIELDS: { readonly [K in keyof ServiceOfKind]: Readonly<Partial<Record<keyof ServiceOfKind[K], Is>>> } = {
  data: { name: 'a name', splits: 'an array', split: 'a function' },
  augment: { views: 'an array', crop: 'a function', apply: 'a function' },
  mixing: { name: 'a name', mix: 'a function' },
  encoder: { name: 'a name', dims: 'an object', init: 'a function', apply: 'a function' },
  method: { name: 'a name', views: 'an array', init: 'a function', step: 'a function', encoders: 'a function' },
  bank: { name: 'a name', init: 'a function', mask: 'a function', enqueue: 'a function' },
  sampler: { name: 'a name', sample: 'a function' },
  positives: { name: 'a name', positives: 'a function' },
  optimizer: { name: 'a name', init: 'a function', update: 'a function' },
  schedule: { name: 'a name', factor: 'a function' },
  evaluator: { name: 'a name', metrics: 'an array', settings: 'an object', run: 'a function' },
  tracker: { start: 'a function', record: 'a function', close: 'a function' },
  exporter: {},
};

/**
 * The service, which has what its kind promises.
 *
 * @param plugin What errors call it. @throws MOCHI_SERVICE_INVALID
 */
export function requireFields<T>(token: Token<T> | ListToken<T>, service: T, plugin: string): T {
  const [kind] = Object.entries(TOKEN_OF_KIND).find(([, { name }]) => name === token.name) ?? [];
  if (kind === undefined) return service;
  const fields = Object.entries(FIELDS[kind as keyof ServiceOfKind]) as [string, Is][];
  const wanted = `an object with ${fields.map(([name, is]) => `${name} (${is})`).join(', ') || 'what its kind promises'}`;
  if (typeof service !== 'object' || service === null)
    throw serviceInvalid(plugin, kind, `which is ${typeName(service)}`, wanted);
  if (service instanceof Promise) throw serviceInvalid(plugin, kind, 'which is a Promise', wanted);
  for (const [name, is] of fields) {
    const value = (service as Readonly<Record<string, unknown>>)[name];
    if (isA(value, is)) continue;
    throw serviceInvalid(plugin, kind, value === undefined ? `without ${name}` : `whose ${name} is ${typeName(value)}`, wanted);
  }
  return service;
}

const typeName = (value: unknown): string =>
  value === undefined || value === null ? String(value) : value === '' ? 'an empty string' : `of the type ${typeof value}`;

function isA(value: unknown, is: Is): boolean {
  if (is === 'a name') return typeof value === 'string' && value !== '';
  if (is === 'an array') return Array.isArray(value);
  if (is === 'a function') return typeof value === 'function';
  return typeof value === 'object' && value !== null;
}
