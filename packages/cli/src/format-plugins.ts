import type { ListedPlugin, PluginList } from '@mochi/mochi';
import { outColors } from './colors.js';

/** What `mochi plugins list` prints for a person: installed packages with all that they have, then what ships, a line for each kind. */
export function formatPlugins({ apiVersion, builtIn, installed }: PluginList, options: boolean): string {
  const packages = installed.map(({ name, version, plugins, problem }) =>
    [
      `  ${name} ${version ?? '(no version)'}`,
      ...plugins.flatMap((plugin) => [
        `    ${plugin.kind} ${plugin.name} (apiVersion ${plugin.apiVersion})`,
        ...optionLines(plugin, '      '),
      ]),
      ...(problem === null ? [] : [`    ${outColors.red('unusable')} ${problem.replaceAll('\n', '\n    ')}`]),
    ].join('\n'),
  );
  const sections = [
    [outColors.bold('installed packages with the keyword mochi-plugin'), ...(packages.length > 0 ? packages : ['  none'])],
    [outColors.bold(`built in (apiVersion ${apiVersion})`), ...(options ? builtIn.flatMap(wholeLines) : kindLines(builtIn))],
  ];
  return sections.map((lines) => lines.join('\n')).join('\n\n');
}

const wholeLines = (plugin: ListedPlugin): string[] => [`  ${plugin.kind} ${plugin.name}`, ...optionLines(plugin, '    ')];

function kindLines(plugins: readonly ListedPlugin[]): string[] {
  const kinds = [...new Set(plugins.map(({ kind }) => kind))];
  const namesOf = (kind: string) => plugins.filter((plugin) => plugin.kind === kind).map(({ name }) => name);
  return kinds.map((kind) => `  ${kind.padEnd(10)} ${namesOf(kind).join(', ')}`);
}

/** Each option with its default and what it means. */
function optionLines({ options }: ListedPlugin, indent: string): string[] {
  return Object.entries(options.properties ?? {}).map(([name, { default: value, description }]) => {
    const given = value === undefined ? '' : ` = ${JSON.stringify(value)}`;
    return `${indent}${name}${given}${typeof description === 'string' ? `: ${description}` : ''}`;
  });
}
