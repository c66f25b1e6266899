import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { checkCommandLine } from '@mochi/cli';
import { openRun } from '@mochi/mochi';
import { exists, readJson, root } from '../repository.js';
import { checkComparison, messageOf } from './check-config.js';

/** Commands of this project's readers' machines, which are not ours to check. */
const OTHERS = ['cat', 'cd', 'cp', 'curl', 'docker', 'export', 'git', 'jq', 'kubectl', 'ls', 'make', 'mkdir', 'pip', 'pnpm', 'rm', 'tar', 'unzip', 'wget', 'yarn']; // prettier-ignore

/** What is wrong with the commands of a shell block: those of `mochi` by the CLI's own definitions, configs that they name included. */
export async function checkShell(code: string, folder: string): Promise<string[]> {
  const problems: string[] = [];
  let isElsewhere = false; // after `cd`, npm's scripts are those of another package
  for (const words of commandsOf(code)) {
    if (words[0] === 'cd') isElsewhere = true;
    if (isElsewhere && words[0] === 'npm') continue;
    const found = await checkCommand(words, folder);
    problems.push(...found.map((problem) => `${words.join(' ')}: ${problem}`));
  }
  return problems;
}

async function checkCommand([program = '', ...words]: string[], folder: string): Promise<string[]> {
  if (program === 'npx') return checkNpx(words, folder);
  if (program === 'mochi') return checkMochi(words, folder);
  if (program === 'npm') return checkNpm(words);
  if (program === 'node' || program === 'python' || program === 'python3') return checkScript(words, folder);
  return OTHERS.includes(program) ? [] : [`${program} is no command that this page's reader is known to have`];
}

function checkNpx(words: string[], folder: string): Promise<string[]> | string[] {
  const [first, ...rest] = words.filter((word) => word !== '-y' && word !== '--yes');
  if (first === '-p') return rest[0]?.startsWith('@mochi/cli') ? checkCommand(rest.slice(1), folder) : [];
  return first === 'mochi' ? checkMochi(rest, folder) : [];
}

/** The words, then what they name: a config is set up with the overrides, a comparison is planned. Other files are up to the reader. */
async function checkMochi(argv: string[], folder: string): Promise<string[]> {
  if (argv.includes('--help') || argv.includes('--version')) return [];
  const problems = await messageOf(() => checkCommandLine(argv));
  const [command = '', ...words] = argv;
  const file = words.find((word) => /^[^=-][^=]*\.(ya?ml|json|ts)$/.test(word));
  if (problems.length > 0 || file === undefined || !['train', 'explain', 'profile', 'compare'].includes(command)) return problems;
  const path = [resolve(folder, file), join(root, file)].find((each) => existsSync(each));
  if (path === undefined) return [`${file} is neither on this page (<!-- file: ${file} -->) nor in the repository`];
  const overrides = words.filter((word) => /^[\w.-]+=/.test(word));
  if (command === 'compare') return checkComparison(path, overrides);
  return messageOf(async () => (await openRun(path, { overrides })).dispose());
}

function checkNpm([verb = '', name = '', ..._]: string[]): string[] {
  const { scripts } = readJson<{ scripts: Record<string, string> }>('package.json');
  const script = verb === 'run' ? name : ['test', 'start'].includes(verb) ? verb : undefined;
  return script === undefined || script in scripts ? [] : [`package.json has no script "${script}"`];
}

const checkScript = ([file = '']: string[], folder: string): string[] =>
  file.startsWith('-') || exists(file) || existsSync(resolve(folder, file)) ? [] : [`there is no ${file}`];

/** The commands of a block as words: comments, redirections, variables before a command and line ends with \ are dealt with. */
export function commandsOf(code: string): string[][] {
  return code
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => splitLine(line))
    .map((words) => words.slice(words.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter((words) => words.length > 0);
}

function splitLine(line: string): string[][] {
  const commands: string[][] = [[]];
  for (const [, space, comment, operator, single, double, bare] of line.matchAll(
    /(\s+)|(#.*$)|(&&|\|\||[|;>&<])|'([^']*)'|"([^"]*)"|((?:[^\s'"&|;<>#]|(?<=\S)#)+)/g,
  )) {
    if (comment !== undefined) break;
    if (operator !== undefined) commands.push(operator === '>' || operator === '<' ? ['cat'] : []);
    else if (space === undefined) commands.at(-1)!.push(single ?? double ?? bare ?? '');
  }
  return commands;
}
