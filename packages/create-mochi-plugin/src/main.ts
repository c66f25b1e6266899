import { createInterface } from 'node:readline/promises';
import { parseArgs } from 'node:util';
import { createPlugin } from './create-plugin.js';
import { kindOf, KINDS, type TemplateKind } from './kinds.js';

const KIND_LIST = Object.entries(KINDS).map(([kind, what]) => `  ${kind.padEnd(10)} ${what}`);
const USAGE = `npm create mochi-plugin FOLDER -- --kind KIND [--name PACKAGE]
npm create mochi-plugin @SCOPE/NAME -- --kind KIND      the package of that name, in the folder SCOPE-NAME

KIND is one of
${KIND_LIST.join('\n')}`;

/** The command. A mistake ends in a sentence and exit code 2. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { kind: { type: 'string' }, name: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) return console.log(USAGE);
    const kept = process.env['npm_config_kind'];
    if (kept !== undefined && values.kind === undefined) throw new Error(dashesMissing(positionals, kept));
    if (positionals.length > 1) throw new Error(`One folder is made at a time, and ${positionals.length} are named.`);
    const place = placeOf(positionals[0] ?? (await ask('Folder of the new package: ')));
    const kind = requireKind(values.kind ?? (await ask(`${KIND_LIST.join('\n')}\nKind: `)));
    const made = createPlugin({ kind, folder: place.folder, name: values.name ?? place.name });
    console.log(`${made.folder}: the ${kind} "${made.plugin}" in ${made.files.length} files. Next:

  cd ${made.folder}
  npm install
  npm test             # the conformance suite of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}, and a test of yours
  npm run build

mochi.yaml trains with it, README.md says what to change, and how a config uses it.`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 2;
  }
}

/** npm takes options for its own where no -- stands before them, and tells a program of them by its environment. */
function dashesMissing(words: readonly string[], kept: string): string {
  const kind = [kept, ...words].find((word) => kindOf(word) !== undefined) ?? 'KIND';
  const folder = words.find((word) => word !== kind) ?? 'FOLDER';
  return `npm kept --kind for itself: two dashes have to stand before the options.\n\n  npm create mochi-plugin ${folder} -- --kind ${kind}`;
}

/** A folder, or the name of a package with its scope: that is no good folder. */
function placeOf(word: string): { folder: string; name?: string } {
  const [, scope, name] = /^@([^/\\]+)\/([^/\\]+)$/.exec(word) ?? [];
  return scope === undefined ? { folder: word } : { folder: `${scope}-${name}`, name: word };
}

function requireKind(word: string): TemplateKind {
  const kind = kindOf(word.trim());
  if (kind === undefined) throw new Error(`There is no kind "${word}" of plugin.\n\n${USAGE}`);
  return kind;
}

/** Asks a person; a script is told what is missing. */
async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new Error(USAGE);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(question)).trim();
  } finally {
    terminal.close();
  }
}
