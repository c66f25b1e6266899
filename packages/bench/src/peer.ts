import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder } from './cache.js';
import { Child } from './child.js';

const FOLDER = fileURLToPath(new URL('../peer/', import.meta.url));
const REQUIREMENTS = join(FOLDER, 'requirements.txt');

/** `MOCHI_BENCH_PYTHON`: a Python that has the peer's packages already, in whatever versions, e.g. for another CUDA. */
const ownPython = process.env['MOCHI_BENCH_PYTHON'];

/**
 * The Python that has the peer's packages: the user's own, or one with the pinned versions, which pip installs the first time (about 6 GB
 * on disk).
 */
export async function preparePeer(say: (text: string) => void): Promise<string> {
  if (ownPython) return ownPython;
  const pins = createHash('sha256').update(readFileSync(REQUIREMENTS)).digest('hex').slice(0, 12);
  const folder = await cacheFolder(`python-${pins}`);
  const python = join(folder, 'bin', 'python');
  const done = join(folder, 'installed');
  if (existsSync(done)) return python;
  say('installing PyTorch, torchvision and lightly, some minutes');
  run(['python3.11', 'python3'].find(isThere) ?? 'python3', ['-m', 'venv', folder]);
  run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', REQUIREMENTS]);
  writeFileSync(done, '');
  return python;
}

/** A side of the peer. */
export const startPeer = (python: string, task: string, options: unknown): Promise<Child> =>
  Child.start(python, [join(FOLDER, 'worker.py'), task, JSON.stringify(options)], `The peer's ${task}`);

/** Our side. */
export const startOurs = (task: string, options: unknown): Promise<Child> => {
  const main = fileURLToPath(new URL('./worker/main.js', import.meta.url));
  return Child.start(process.execPath, [main, task, JSON.stringify(options)], `Our ${task}`);
};

/** Versions of the peer's parts, for the record. */
export function peerVersions(): Record<string, string> {
  if (ownPython) return versionsIn(ownPython);
  const pins = readFileSync(REQUIREMENTS, 'utf8').matchAll(/^([\w-]+)==(\S+)$/gm);
  return Object.fromEntries(Array.from(pins, ([, name, version]) => [name!, version!]));
}

function versionsIn(python: string): Record<string, string> {
  const code = `import importlib.metadata as m, json; print(json.dumps({n: m.version(n) for n in ["torch", "torchvision", "lightly"]}))`;
  return JSON.parse(spawnSync(python, ['-c', code], { encoding: 'utf8' }).stdout) as Record<string, string>;
}

const isThere = (command: string): boolean => spawnSync(command, ['--version']).status === 0;

function run(command: string, args: readonly string[]): void {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 'inherit'] });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}
