import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Plugin } from '@mochi/contract';
import { loadConfig, SECTIONS } from '@mochi/core';
import { findPlugins, listPlugins } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { parse } from 'yaml';
import { jsonFlag, splitPositionals } from '../arguments.js';
import { usage } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { formatPlugins } from '../format-plugins.js';
import { loadSuites } from '../load-suites.js';

export const pluginsCommand = defineCommand({
  meta: {
    name: 'plugins',
    description:
      'Show plugins, or hold one to the contract of its kind: mochi plugins list | check PATH_OR_PACKAGE [option=value ...]',
  },
  args: {
    name: { type: 'string', description: 'check: the plugin of this name, where a module has several', valueHint: 'NAME' },
    options: { type: 'boolean', default: false, description: 'list: the options of every plugin too' },
    ...jsonFlag,
  },
  async run({ args }) {
    const [action, ...words] = args._;
    if (action === 'list') return list(args);
    if (action === 'check') return check(words, args);
    throw usage(
      action === undefined ? 'It is not said what to do with plugins.' : `There is no "mochi plugins ${action}".`,
      'mochi plugins list, or mochi plugins check PATH_OR_PACKAGE',
      'Name one of the two.',
    );
  },
});

async function list({ json, options }: { json: boolean; options: boolean }): Promise<void> {
  const plugins = await listPlugins();
  console.log(json ? JSON.stringify(plugins) : formatPlugins(plugins, options));
}

async function check(words: readonly string[], { json, name }: { json: boolean; name?: string | undefined }): Promise<void> {
  const { file, overrides } = splitPositionals(words);
  if (file === undefined) throw usage('No plugin was named.', 'mochi plugins check PATH_OR_PACKAGE', 'Name a file or a package.');
  const use = isFile(file) ? resolve(file) : file; // a config would want ./ before it; here a file that is there is meant
  const found = (await findPlugins(use))
    .map(({ plugin }) => plugin)
    .filter((plugin) => name === undefined || plugin.name === name);
  if (found.length === 0) throw usage(`${use} has no plugin "${name}".`, 'the name of one of its plugins', 'Correct --name.');
  const options = optionsOf(overrides);
  for (const plugin of found) await requireOptions(plugin, options);
  const { pluginChecks, runChecks } = await loadSuites();
  let failed = 0;
  for (const plugin of found) {
    const checks = await pluginChecks(plugin, options);
    if (!json)
      console.log(
        `${plugin.kind} ${plugin.name}${checks.length === 0 ? ': an extension without operations for recipes has no suite; it is set up' : ''}`,
      );
    let before: string | null = null;
    const results = await runChecks(checks, ({ name, failure }) => {
      const said = failure !== null && failure === before ? ' (as above)' : indented(failure);
      if (!json) console.log(`  ${failure === null ? 'ok    ' : 'FAILED'} ${name}${said}`);
      before = failure ?? before;
    });
    failed += results.filter(({ failure }) => failure !== null).length;
    if (json)
      console.log(JSON.stringify({ kind: plugin.kind, name: plugin.name, apiVersion: plugin.apiVersion, checks: results }));
  }
  if (failed > 0) process.exitCode = EXIT.failed;
}

const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;

const indented = (text: string | null): string => (text === null ? '' : `\n         ${text.replaceAll('\n', '\n         ')}`);

/** Once, before every check would say it. @throws MOCHI_CONFIG_INVALID */
async function requireOptions(plugin: Plugin, options: object): Promise<void> {
  const spec = SECTIONS.find(({ kind }) => kind === plugin.kind);
  if (!spec) return; // an extension has no section; it is set up with its options next
  const entry = { name: plugin.name, ...options };
  await loadConfig({ object: { [spec.section]: spec.form === 'many' ? [entry] : entry }, known: [plugin] });
}

/** `n=16 head.dim=8` as options. Values are YAML. */
function optionsOf(words: readonly string[]): object {
  const options: Record<string, unknown> = {};
  for (const word of words) {
    const at = word.indexOf('=');
    const keys = word.slice(0, at).split('.');
    let into = options;
    for (const key of keys.slice(0, -1)) into = (into[key] ??= {}) as Record<string, unknown>;
    into[keys.at(-1)!] = parse(word.slice(at + 1));
  }
  return options;
}
