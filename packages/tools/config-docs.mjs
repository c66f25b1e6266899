// Writes docs/config.md from the schemas that configs are checked with. A test holds the page to them.
//   node packages/tools/config-docs.mjs
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { coreSchemas, SECTIONS } from '@mochi/core';
import { builtInPlugins, presets } from '@mochi/mochi';
import { trainConfig } from '@mochi/trainer';
import { format, resolveConfig } from 'prettier';

const PAGE = fileURLToPath(new URL('../../docs/config.md', import.meta.url));

const HEAD = `# Configuration

<!-- Written by packages/tools/config-docs.mjs from the schemas: change those, then run it again. -->

A config is a YAML, JSON, TypeScript or JavaScript file (or an object given to \`train\`). Everything is checked before anything runs: a mistake is
reported with its line and column, what was expected, and what was probably meant.

<!-- beside: my-sampler.ts = examples/custom-sampler/src/skip-hardest.ts -->

\`\`\`yaml
extends: photos # presets or files that this one builds upon
name: my-run
seed: 1
plugins: [./my-sampler.ts] # modules with plugins of your own
data: { name: image-folder, root: ./photos }
sampler: { name: mochi, n: 256, s: 256, sPrime: 64, warmup: 10ep }
schedule: cosine # a name alone: the plugin with its defaults
train: { batchSize: 64 }
evaluators: [{ name: representation, every: 10ep }]
\`\`\`

- **A section names a plugin** by \`name\`, and has its options beside it. \`evaluators\`, \`trackers\` and \`exporters\` are lists; \`sampler\` is one, or a
  list: a chain. Required are \`data\`, \`augment\`, \`encoder\`, \`method\`, \`bank\`, \`sampler\` and \`optimizer\`.
- **\`extends\`** takes a preset, a path relative to the file, or a list of them; the later wins, the file itself last. Maps merge key by key; a section
  that names another plugin replaces the one below; a list replaces a list, except \`plugins\`, which add up; \`null\` takes out a section, or
  an inherited option that may not be null itself (\`train: { steps: null, epochs: 3 }\`), also as an override (\`train.steps=null\`).
  Presets: PRESETS ([packages/mochi](../packages/mochi/README.md#presets)).
- **\`plugins\`** takes paths (relative to the file), packages, or \`{ use: PATH, ...options }\` for extensions: [write-a-plugin.md](write-a-plugin.md).
- **A ramp** is \`{ from, to, over, after }\` in place of a number that moves in a straight line: it stays at \`from\` for the time \`after\` (default
  \`0ep\`), and takes the time \`over\` to \`to\`, both durations.
- **A duration** is \`10ep\`, \`0.5ep\`, \`500st\` (optimizer steps), the same in words (\`10 epochs\`, \`10epochs\`, \`500 steps\`), or a
  number, which means epochs. \`train.epochs\` and \`train.steps\` are plain numbers.
- On the command line: \`mochi train mochi.yaml sampler.n=512 sampler=uniform\` ([cli.md](cli.md#overrides)). What a config comes to in the end is what
  \`mochi explain mochi.yaml\` prints; \`mochi explain --schema\` prints a JSON Schema for editors.
`;

/** What a section is about, beside what its plugins say. */
const ABOUT = {
  data: 'Where images come from. [packages/data](../packages/data/README.md)',
  augment: 'How views are made of an image. [packages/augment](../packages/augment/README.md)',
  mixing:
    'Images of the batch mixed with one another, for queries with soft targets. Default: none. [packages/augment](../packages/augment/README.md#mixing)',
  encoder: 'The network. [packages/encoders](../packages/encoders/README.md)',
  method: 'What is computed from a batch of views. [packages/methods](../packages/methods/README.md)',
  bank: 'The latest keys, which negatives are taken from. [packages/memory-bank](../packages/memory-bank/README.md)',
  sampler: 'Which negatives each query gets. [packages/samplers](../packages/samplers/README.md)',
  positives:
    'What each query is drawn to. Default: its own key, the other view of the image. [packages/positives](../packages/positives/README.md)',
  optimizer: 'How parameters move. [packages/optim](../packages/optim/README.md)',
  schedule:
    'What the learning rate is multiplied by as training goes on. Default: `constant`. [packages/optim](../packages/optim/README.md)',
  evaluators:
    'What is measured of the frozen encoder, during training and at its end. [packages/evaluators](../packages/evaluators/README.md)',
  trackers: 'Who is told of events. [packages/trackers](../packages/trackers/README.md)',
  exporters:
    'Writers of embeddings and encoders, used by `mochi embed` and `mochi export`. [packages/exporters](../packages/exporters/README.md)',
  plugins:
    'Extensions that ship: `plugins: [negative-metrics]`, or `{ use: negative-metrics, every: 100 }`. [packages/diagnostics](../packages/diagnostics/README.md)',
};

/** The page. @returns Markdown, formatted as the repository is. */
export async function configPage() {
  const names = Object.keys(presets).map((name) => `\`${name}\``).join(', '); // prettier-ignore
  const parts = [HEAD.replace('PRESETS', names), await plainSections()];
  for (const spec of [...SECTIONS, { section: 'plugins', kind: 'extension' }]) parts.push(await pluginSection(spec));
  return format(parts.join('\n'), { ...(await resolveConfig(PAGE)), parser: 'markdown' });
}

async function plainSections() {
  const { seed, name, ...objects } = { ...coreSchemas, train: trainConfig };
  const top = { type: 'object', properties: { seed: jsonSchemaOf(seed), name: jsonSchemaOf(name) } };
  const parts = [`## seed, name\n\n${table(rowsOf(top, {}))}`];
  for (const [section, schema] of Object.entries(objects)) parts.push(`## ${section}\n\n${await optionsOf(schema)}`);
  return parts.join('\n');
}

const jsonSchemaOf = (schema) => schema['~standard'].jsonSchema.input({ target: 'draft-2020-12' });

/** Plugins with the same options share a table. */
async function pluginSection({ section, kind }) {
  const groups = new Map();
  const plugins = builtInPlugins.filter((plugin) => plugin.kind === kind).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const { name, config } of plugins) {
    const options = await optionsOf(config);
    groups.set(options, [...(groups.get(options) ?? []), name]);
  }
  const parts = [`## ${section}\n\n${ABOUT[section]}\n`];
  for (const [options, names] of groups) parts.push(`### ${names.map((name) => `\`${name}\``).join(', ')}\n\n${options}`);
  return parts.join('\n');
}

async function optionsOf(schema) {
  const json = jsonSchemaOf(schema);
  const rows = rowsOf(json, await defaultsOf(schema, json));
  return rows.length > 0 ? table(rows) : 'No options.\n';
}

/** What the schema itself fills in where nothing but the required options is given. */
async function defaultsOf(schema, { required = [], properties = {} }) {
  const least = Object.fromEntries(required.map((name) => [name, sampleOf(properties[name])]));
  const { value, issues } = await schema['~standard'].validate(least);
  if (issues) throw new Error(`Defaults are not known: ${issues.map(({ message }) => message).join('; ')}`);
  return value;
}

/** Some value of the type. */
function sampleOf({ type, anyOf, items, minimum = 1, properties = {}, required = [] }) {
  if (type === 'object') return Object.fromEntries(required.map((name) => [name, sampleOf(properties[name])]));
  if (anyOf) return sampleOf(anyOf[0]);
  return { string: 'x', integer: minimum, number: minimum, boolean: false, array: [items && sampleOf(items)] }[type];
}

/** One row for each option, those of objects within under `object.option`. */
function rowsOf({ properties = {}, required = [] }, defaults, prefix = '') {
  return Object.entries(properties).flatMap(([name, schema]) => {
    const path = `${prefix}${name}`;
    const value = defaults?.[name];
    const nested = schema.properties ? rowsOf(schema, value, `${path}.`) : [];
    const own = { path, type: typeOf(schema), fallback: required.includes(name) ? 'required' : shown(schema.default ?? value), about: schema.description ?? '' }; // prettier-ignore
    if (nested.length === 0) return [own];
    return schema.description ? [{ ...own, fallback: '' }, ...nested] : nested;
  });
}

function table(rows) {
  const cell = (text) => text.replaceAll('|', '\\|');
  const lines = rows.map(
    ({ path, type, fallback, about }) => `| \`${path}\` | ${cell(type)} | ${cell(fallback)} | ${cell(about)} |`,
  );
  return ['| option | type | default | meaning |', '| --- | --- | --- | --- |', ...lines, ''].join('\n');
}

/** A default as it would be written. */
function shown(value) {
  if (value === undefined) return '';
  const keys = typeof value === 'object' && value !== null ? Object.keys(value).join() : '';
  if (keys === 'epochs') return `\`${value.epochs}ep\``;
  if (keys === 'steps') return `\`${value.steps}st\``;
  const rounded = JSON.stringify(value, (_, item) =>
    Number.isInteger(item) || typeof item !== 'number' ? item : Number(item.toPrecision(4)),
  );
  return `\`${typeof value === 'string' ? value : rounded.replaceAll(',', ', ')}\``;
}

/** The type of an option in words. */
function typeOf(schema) {
  const { type, anyOf, oneOf, prefixItems, items, additionalProperties } = schema;
  if (schema.enum) return schema.enum.map((value) => `\`${value}\``).join(', ');
  if ('const' in schema) return `\`${schema.const}\``;
  const branches = anyOf ?? oneOf;
  if (branches) return branches.some(isDuration) ? 'duration' : [...new Set(branches.map(typeOf))].join(' or ');
  if (isRamp(schema)) return 'ramp';
  if (Array.isArray(type)) return type.map((each) => typeOf({ ...schema, type: each })).join(' or ');
  if (prefixItems) return `[${prefixItems.map(typeOf).join(', ')}]`;
  if (type === 'array') return `list of ${typeOf(items ?? {})}`;
  if (type === 'object' && typeof additionalProperties === 'object') return `map of ${typeOf(additionalProperties)}`;
  if (type === 'integer' || type === 'number') return `${type}${bounds(schema)}`;
  return type ?? 'any';
}

const isRamp = ({ properties = {} }) => Object.keys(properties).join() === 'from,to,over,after';

const isDuration = ({ pattern = '' }) => pattern.includes('epochs?');

function bounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }) {
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const least = minimum === -Number.MAX_SAFE_INTEGER ? undefined : minimum;
  if (least !== undefined && most !== undefined) return ` ${least}..${most}`;
  const signs = [
    [' >=', least],
    [' >', exclusiveMinimum],
    [' <=', most],
    [' <', exclusiveMaximum],
  ];
  return signs.filter(([, value]) => value !== undefined).map(([sign, value]) => `${sign} ${value}`).join(' and'); // prettier-ignore
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeFileSync(PAGE, await configPage());
