import { defineCommand, parseArgs, renderUsage, runCommand, type ArgsDef, type CommandDef, type CommandMeta } from 'citty';
import { readFileSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';
import { suggest } from '@mochi/core';
import { outColors } from './colors.js';
import { requireKnownFlags } from './arguments.js';
import { reportError } from './report-error.js';
import { endAtStrays } from './strays.js';
import { usage } from './errors.js';
import { augmentCommand } from './commands/augment.js';
import { compareCommand } from './commands/compare.js';
import { dataCommand } from './commands/data.js';
import { doctorCommand } from './commands/doctor.js';
import { embedCommand } from './commands/embed.js';
import { evalCommand } from './commands/eval.js';
import { explainCommand } from './commands/explain.js';
import { duplicatesCommand } from './commands/duplicates.js';
import { searchCommand } from './commands/search.js';
import { exportCommand } from './commands/export.js';
import { pluginsCommand } from './commands/plugins.js';
import { profileCommand } from './commands/profile.js';
import { reportCommand } from './commands/report.js';
import { trainCommand } from './commands/train.js';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- each command has arguments of its own, and citty's type is invariant in them
const subCommands: Readonly<Record<string, CommandDef<any>>> = {
  train: trainCommand,
  eval: evalCommand,
  compare: compareCommand,
  report: reportCommand,
  embed: embedCommand,
  export: exportCommand,
  search: searchCommand,
  duplicates: duplicatesCommand,
  explain: explainCommand,
  augment: augmentCommand,
  plugins: pluginsCommand,
  data: dataCommand,
  profile: profileCommand,
  doctor: doctorCommand,
};

const mochi = defineCommand({
  meta: { name: 'mochi', description: 'Self-supervised image representations with hard negative mixing' },
  subCommands,
});

/** Runs the command line. Everything that fails ends in a message for a person and an exit code of docs/cli.md. */
export async function main(argv: readonly string[]): Promise<void> {
  endAtStrays(argv.includes('--json'));
  Error.stackTraceLimit = 50; // between a plugin's code and what threw lie many frames of ours
  const [name = ''] = argv;
  const wantsHelp = argv.length === 0 || argv.includes('--help') || argv.includes('-h');
  try {
    if (wantsHelp) return console.log(forTerminal(await helpFor(name)));
    if (name === '--version') return console.log(version());
    checkCommandLine(argv);
    await runCommand(mochi, { rawArgs: [...argv] });
  } catch (error) {
    process.exitCode = reportError(error, argv.includes('--json'));
  }
}

/** citty colours its help by rules of its own. */
const forTerminal = (text: string): string => (outColors.isColorSupported ? text : stripVTControlCharacters(text));

/**
 * Checks the words of a command line, nothing of what they name: the command, its options, what it requires.
 *
 * @throws MOCHI_USAGE
 */
export function checkCommandLine(argv: readonly string[]): void {
  const [name = '', ...words] = argv;
  const command = subCommands[name];
  if (!command) throw unknownCommand(name);
  requireKnownFlags(words, Object.keys(command.args as object));
  try {
    parseArgs(words, command.args as ArgsDef);
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== 'EARG') throw error;
    throw usage(stripVTControlCharacters(message), 'what `--help` lists', `See mochi ${name} --help.`);
  }
}

/** The help of a command, or of all. Descriptions end with the form of the command: it stands as its usage, which citty has without what is positional. */
async function helpFor(name: string): Promise<string> {
  const command = subCommands[name];
  if (!command) return `${await renderUsage(mochi)}\n`;
  const { description = '' } = command.meta as CommandMeta;
  const [what, form] = description.split(/: (?=mochi )/);
  const text = await renderUsage({ ...command, meta: { name: `mochi ${name}`, description: what! } });
  return `${form === undefined ? text : text.replace(/^(.*USAGE\S*) .*$/m, (_, title: string) => `${title} ${outColors.cyan(form)}`)}\n`;
}

function unknownCommand(name: string) {
  const known = Object.keys(subCommands);
  const near = suggest(name, known);
  return usage(
    `There is no command "${name}".`,
    `one of ${known.join(', ')}`,
    near === undefined ? 'See mochi --help.' : `Did you mean mochi ${near}?`,
  );
}

const version = (): string =>
  (JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }).version;
