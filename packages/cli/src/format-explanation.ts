import type { Explanation } from '@mochi/core';
import { outColors } from './colors.js';
import { Document, isNode } from 'yaml';
import type { explainStep, StepInput } from './explain-step.js';

type Inputs = Awaited<ReturnType<typeof explainStep>>;

/**
 * What `mochi explain` prints for a person: resolved config, plugins, hook order, the compiled step's inputs.
 *
 * @param tensors Each input with its shape, and not their number alone.
 */
export function formatExplanation(explanation: Explanation, inputs: Inputs | null, tensors: boolean): string {
  const { plugins, hooks, states, scalars } = explanation;
  const sections = [
    [outColors.bold('config, with where each value was written; the others are defaults'), configText(explanation)],
    [
      outColors.bold('plugins, in the order of set-up'),
      ...plugins.map(
        ({ id, name, origin, version }) => `  ${id.padEnd(14)} ${name} (${origin}${version === null ? '' : ` ${version}`})`,
      ),
    ],
    [
      outColors.bold('hooks, in the order of calls'),
      ...hooks.map(({ hook, kind, handlers }) => `  ${hook} (${kind}): ${handlers.map(({ plugin }) => plugin).join(' -> ')}`),
      ...(hooks.length === 0 ? ['  none tapped'] : []),
    ],
    [outColors.bold('state and scalars of plugins'), ...named('state', states), ...named('scalar', scalars)],
    ...(inputs ? [stepLines(inputs, tensors)] : []),
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

/** YAML with a comment at each value that is no default. */
function configText({ config, sources }: Explanation): string {
  const document = new Document(config);
  for (const [path, source] of Object.entries(sources)) {
    const node = document.getIn(path.split('.'), true);
    if (isNode(node)) node.comment = ` ${source}`;
  }
  return document.toString().trimEnd();
}

const named = (what: string, byPlugin: Readonly<Record<string, string[]>>): string[] =>
  Object.entries(byPlugin).map(([plugin, names]) => `  ${what.padEnd(7)} ${plugin}: ${names.join(', ')}`);

function stepLines({ state, batch, feeds }: Inputs, tensors: boolean): string[] {
  const line =
    (group: string) =>
    ({ name, dtype, shape }: StepInput) =>
      `  ${group}/${name}  ${dtype}[${shape.join(', ')}]`;
  const elements = state.reduce((sum, { shape }) => sum + shape.reduce((size, dim) => size * dim, 1), 0);
  const title = `inputs of the compiled step: ${state.length} tensors of state (${(elements / 2 ** 18).toFixed(1)} MiB), ${batch.length} of the batch, ${feeds.length} fed`;
  if (!tensors) return [outColors.bold(title), '  --tensors lists them'];
  return [outColors.bold(title), ...state.map(line('state')), ...batch.map(line('batch')), ...feeds.map(line('feeds'))];
}
