import type { Plugin, StandardSchema } from '@mochi/contract';
import { SECTIONS, type SectionSpec } from './sections.js';

/** A JSON Schema, as far as it is looked into here. */
export interface JsonSchema {
  [key: string]: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
}

interface JsonStandard {
  readonly jsonSchema?: { readonly input?: (options: { target: string }) => Record<string, unknown> };
}

/** What the input of a schema looks like, where its library can say (zod 4.2 and later can); an empty schema, which allows anything, else. */
export function jsonSchemaOf(schema: StandardSchema): JsonSchema {
  const { jsonSchema } = schema['~standard'] as JsonStandard;
  try {
    return withDefaults(schema, jsonSchema?.input?.({ target: 'draft-2020-12' }) ?? {});
  } catch {
    return {}; // a schema with a part that JSON cannot express, e.g. a function
  }
}

/** zod tells no default of an option that is transformed, such as a ramp or a duration: it is what the option makes of nothing. */
function withDefaults(schema: StandardSchema, json: JsonSchema): JsonSchema {
  const { shape = {} } = schema as { shape?: Readonly<Record<string, StandardSchema>> };
  for (const [name, property] of Object.entries(json.properties ?? {})) {
    const result = 'default' in property ? undefined : shape[name]?.['~standard'].validate(undefined);
    if (result === undefined || result instanceof Promise || result.issues || result.value === undefined) continue;
    property['default'] = result.value;
  }
  return json;
}

/** Names of the properties at a path of a schema; those of every branch where it branches. */
export function propertiesAt(schema: JsonSchema, path: readonly PropertyKey[]): string[] {
  let at: JsonSchema[] = branches(schema);
  for (const key of path) at = at.flatMap((each) => branches(below(each, key)));
  return [...new Set(at.flatMap((each) => Object.keys(each.properties ?? {})))];
}

function below(schema: JsonSchema, key: PropertyKey): JsonSchema {
  const property = schema.properties?.[String(key)];
  return (
    property ?? ((typeof key === 'number' ? schema['items'] : schema['additionalProperties']) as JsonSchema | undefined) ?? {}
  );
}

function branches(schema: JsonSchema): JsonSchema[] {
  const several = (schema['anyOf'] ?? schema['oneOf'] ?? schema['allOf']) as JsonSchema[] | undefined;
  return several ? several.flatMap(branches) : [schema];
}

/**
 * A JSON Schema of the config file, for editors: every section with the plugins of its kind, told apart by `name`.
 *
 * @param plugins Those to choose from. @param schemas The plain sections, e.g. `{ train, runtime, seed, name }`.
 */
export function configJsonSchema(plugins: readonly Plugin[], schemas: Readonly<Record<string, StandardSchema>>): JsonSchema {
  const properties: Record<string, JsonSchema> = {
    extends: {
      description: 'presets or config files that this one builds upon',
      anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }],
    },
    plugins: { description: 'modules to load plugins from', type: 'array', items: pluginEntrySchema },
  };
  for (const [section, schema] of Object.entries(schemas)) properties[section] = bare(jsonSchemaOf(schema));
  for (const spec of SECTIONS)
    properties[spec.section] = sectionSchema(
      spec,
      plugins.filter(({ kind }) => kind === spec.kind),
    );
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'mochi config',
    type: 'object',
    properties,
    additionalProperties: false,
  };
}

const pluginEntrySchema: JsonSchema = {
  anyOf: [{ type: 'string' }, { type: 'object', properties: { use: { type: 'string' } }, required: ['use'] }],
};

function sectionSchema({ form, kind }: SectionSpec, plugins: readonly Plugin[]): JsonSchema {
  const full = plugins.map(pluginSchema);
  const short = plugins.filter(({ config }) => (jsonSchemaOf(config).required ?? []).length === 0).map(({ name }) => name);
  const one: JsonSchema = { oneOf: [{ enum: short, description: `a ${kind} with its defaults` }, ...full] };
  const many: JsonSchema = { type: 'array', items: one };
  const forms = { one: [one], many: [many], chain: [one, many] }[form];
  return { anyOf: [...forms, { type: 'null', description: 'leaves out what was inherited' }] };
}

function pluginSchema({ name, config }: Plugin): JsonSchema {
  const options = bare(jsonSchemaOf(config));
  return {
    ...options,
    type: 'object',
    properties: { name: { const: name }, ...options.properties },
    required: ['name', ...(options.required ?? [])],
  };
}

function bare({ $schema: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}
