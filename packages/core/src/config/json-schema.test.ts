import { API_VERSION, definePlugin, type Plugin, type PluginKind } from '@mochi/contract';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { duration } from '../duration.js';
import { coreSchemas } from './core-schemas.js';
import { configJsonSchema, propertiesAt, type JsonSchema } from './json-schema.js';

const plugin = (kind: PluginKind, name: string, config: Plugin['config']): Plugin =>
  definePlugin({ name, kind, apiVersion: API_VERSION, config, setup: () => {} });

const schema = configJsonSchema(
  [
    plugin(
      'sampler',
      'mochi',
      z.strictObject({
        n: z.int().positive().default(1024).describe('rows'),
        warmup: duration.prefault('10ep'),
        beta: z.union([z.number(), z.strictObject({ over: duration })]).default(1),
      }),
    ),
    plugin('data', 'image-folder', z.strictObject({ root: z.string() })),
    plugin('sampler', 'foreign', { '~standard': { version: 1, vendor: 'own', validate: (value) => ({ value }) } }),
    plugin('sampler', 'unsayable', z.strictObject({ made: z.custom<() => void>(() => true) })),
  ],
  { ...coreSchemas, train: z.strictObject({ epochs: z.int() }) },
);
const section = (name: string) => schema.properties![name]!;
const one = (name: string) => (section(name)['anyOf'] as JsonSchema[])[0]!['oneOf'] as JsonSchema[];

test('each section offers the plugins of its kind by name, with their options as one writes them', () => {
  const [short, mochi, foreign] = one('sampler');
  expect(short).toMatchObject({ enum: ['mochi', 'foreign', 'unsayable'] });
  expect(mochi).toMatchObject({
    type: 'object',
    required: ['name'],
    additionalProperties: false,
    properties: {
      name: { const: 'mochi' },
      n: { type: 'integer', default: 1024, description: 'rows' },
      warmup: { anyOf: expect.any(Array), default: '10ep' },
      beta: { default: 1 }, // which zod leaves out, because a duration is transformed
    },
  });
  expect(foreign).toEqual({ type: 'object', properties: { name: { const: 'foreign' } }, required: ['name'] });
});

test('a plugin with options that must be given has no short form', () => {
  const [short, full] = one('data');
  expect(short).toMatchObject({ enum: [] });
  expect(full).toMatchObject({ required: ['name', 'root'] });
});

test('plain sections, forms and unknown keys', () => {
  expect(Object.keys(schema.properties!)).toEqual(
    expect.arrayContaining(['seed', 'runtime', 'train', 'extends', 'plugins', 'evaluators']),
  );
  expect(section('train')).toMatchObject({ properties: { epochs: { type: 'integer' } } });
  expect((section('evaluators')['anyOf'] as JsonSchema[])[0]).toMatchObject({ type: 'array' });
  expect((section('sampler')['anyOf'] as JsonSchema[])[1]).toMatchObject({ type: 'array' });
  expect(schema['additionalProperties']).toBe(false);
  expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
});

test('propertiesAt looks through branches and items', () => {
  const tree: JsonSchema = {
    properties: { a: { anyOf: [{ properties: { b: {} } }, { type: 'array', items: { properties: { c: {} } } }] } },
  };
  expect(propertiesAt(tree, ['a'])).toEqual(['b']);
  expect(propertiesAt(tree, ['a', 0])).toEqual(['c']);
  expect(propertiesAt(tree, ['x', 'y'])).toEqual([]);
});
