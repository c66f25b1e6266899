import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { cacheRoots, foldersIn, isTrusted, readInstalled, sizeOf } from './cache.js';
import { runCommand } from './commands.js';
import { libraryNotFound } from './errors.js';
import { CC_NAMES, FRAMEWORK_NAME } from './pinned.js';
import type { LibraryLocation, LibrarySource, Surroundings } from './types.js';

/** One place that was looked at. */
export interface Look {
  readonly source: LibrarySource;
  /** A folder, a variable, a command. */
  readonly where: string;
  /** The verdict, for people. */
  readonly verdict: string;
  readonly location: LibraryLocation | null;
  /** Set where looking on would hide a mistake of the user. */
  readonly error?: Error;
}

/** The places that are looked at before anything is installed, in order. Each look is lazy: Python is not asked when the cache has it. */
export async function* lookAround(surroundings: Surroundings): AsyncGenerator<Look> {
  yield await lookAtVariable(surroundings);
  yield* lookAtCache(surroundings);
  yield await lookAtPython(surroundings);
}

async function lookAtVariable({ env }: Surroundings): Promise<Look> {
  const named = env['MOCHI_LIBTENSORFLOW'];
  const where = named ? `MOCHI_LIBTENSORFLOW=${resolve(named)}` : 'MOCHI_LIBTENSORFLOW';
  if (!named) return { source: 'variable', where, verdict: 'not set', location: null };
  const dir = resolve(named);
  const files = await libraryFiles(dir);
  if (Array.isArray(files)) {
    const error = libraryNotFound(dir, files);
    return { source: 'variable', where, verdict: `lacks ${files.join(' and ')}`, location: null, error };
  }
  const version = await guessVersion(dir, files.ccPath);
  return {
    source: 'variable',
    where,
    verdict: `has TensorFlow (version ${version})`,
    location: { dir, ...files, source: 'variable', version },
  };
}

async function* lookAtCache(surroundings: Surroundings): AsyncGenerator<Look> {
  for (const root of cacheRoots(surroundings)) {
    const trusted = await isTrusted(root);
    for (const dir of foldersIn(root.path, surroundings)) {
      const installed = trusted ? await readInstalled(dir) : 'not installed';
      if (typeof installed === 'string') yield { source: 'cache', where: dir, verdict: installed, location: null };
      else yield { source: 'cache', where: dir, verdict: `has TensorFlow ${installed.version}`, location: installed };
    }
  }
}

/** Neither imports TensorFlow, which would take seconds, nor sees a folder named `tensorflow` in the working directory. */
const ASK_PYTHON = `
import sys, json
sys.path = [p for p in sys.path if p]
import importlib.util, importlib.metadata
spec = importlib.util.find_spec('tensorflow')
version = None
for name in ('tensorflow', 'tensorflow-cpu', 'tensorflow-gpu'):
    try:
        version = importlib.metadata.version(name)
        break
    except importlib.metadata.PackageNotFoundError:
        pass
print(json.dumps({'dirs': list(spec.submodule_search_locations or []) if spec else [], 'version': version, 'name': name}))
`;

async function lookAtPython({ env, testedVersions, device }: Surroundings): Promise<Look> {
  const look = (verdict: string, location: LibraryLocation | null = null): Look => ({
    source: 'python',
    where: 'python3',
    verdict,
    location,
  });
  const result = await runCommand('python3', ['-c', ASK_PYTHON], { env, timeoutMs: 20_000 });
  if (result.isMissing) return look('there is no python3');
  if (result.code !== 0) return look(`did not answer: ${result.stderr.trim().split('\n').at(-1) ?? ''}`);
  const { dirs, version, name } = parseAnswer(result.stdout);
  const dir = dirs[0];
  if (!dir || !version) return look('has no TensorFlow');
  if (!testedVersions.some((tested) => version.startsWith(tested)))
    return look(`has TensorFlow ${version}, which mochi is not tested with (${testedVersions.join(', ')}*)`);
  if (device === 'gpu' && name !== 'tensorflow') return look(`has ${name} ${version}, which is not for GPUs`);
  const files = await libraryFiles(dir);
  if (Array.isArray(files)) return look(`has TensorFlow ${version}, but ${dir} lacks ${files.join(' and ')}`);
  return look(`has TensorFlow ${version} in ${dir}`, { dir, ...files, source: 'python', version });
}

interface Answer {
  readonly dirs: readonly string[];
  readonly version: string | null;
  readonly name: string;
}

function parseAnswer(stdout: string): Answer {
  try {
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Answer;
  } catch {
    return { dirs: [], version: null, name: '' };
  }
}

/** Both files of a folder, or the names of those that it lacks. */
async function libraryFiles(dir: string): Promise<{ ccPath: string; frameworkPath: string } | string[]> {
  const missing: string[] = [];
  let ccPath = '';
  for (const name of CC_NAMES) if (!ccPath && (await sizeOf(join(dir, name))) !== null) ccPath = join(dir, name);
  if (!ccPath) missing.push(CC_NAMES.join(' or '));
  const frameworkPath = join(dir, FRAMEWORK_NAME);
  if ((await sizeOf(frameworkPath)) === null) missing.push(FRAMEWORK_NAME);
  return missing.length > 0 ? missing : { ccPath, frameworkPath };
}

/** From what stands around a library: our manifest, the name that a link points to, or the package's information beside the folder. */
async function guessVersion(dir: string, ccPath: string): Promise<string> {
  const installed = await readInstalled(dir);
  if (typeof installed !== 'string') return installed.version;
  const linked = /\.so\.(\d+\.\d+\.\d+)$/.exec(basename(await realpath(ccPath)));
  if (linked) return linked[1]!;
  const beside = await readdir(dirname(dir)).catch(() => []);
  for (const name of beside) {
    const info = /^tensorflow(?:_cpu|_gpu)?-(.+)\.dist-info$/.exec(name);
    if (info) return info[1]!;
  }
  return 'unknown';
}
