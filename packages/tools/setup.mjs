// All the set-up of a fresh clone, with nothing but Node, npm and pip: dependencies, build, TensorFlow. Plain JavaScript, no imports but
// Node's own, because nothing is installed yet. Each part is skipped when it is up to date. What it says goes to stderr.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 15))
  stop(`Node ${process.versions.node} is too old: mochi needs Node 20.15 or newer.`);

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
install();
build();
await library();

/** pnpm install, unless the lock file and every manifest are as they were at the last one. */
function install() {
  const stampPath = join(root, 'node_modules', '.mochi-setup');
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === fingerprint()) return;
  say('installing dependencies');
  // In CI the lock file is the law. Elsewhere a manifest may just have been edited, and then pnpm brings the lock file up to date.
  const lock = process.env.CI ? '--frozen-lockfile' : '--prefer-frozen-lockfile';
  // Without a terminal pnpm would rather stop than replace a node_modules that another package manager made.
  const args = [...pnpm(), 'install', lock, '--config.confirmModulesPurge=false', '--reporter=append-only', '--loglevel=warn'];
  run(args, 'The dependencies could not be installed. Is the npm registry reachable?', { ...writableFolders() });
  writeFileSync(stampPath, fingerprint());
}

/** pnpm where it is there in the right version, else through npx. */
function pnpm() {
  const version = manifest.packageManager.split('@').at(-1);
  const found = spawnSync('pnpm', ['--version'], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, COREPACK_ENABLE_DOWNLOAD_PROMPT: '0' },
  });
  return found.status === 0 && found.stdout.trim() === version ? ['pnpm'] : ['npx', '--yes', `pnpm@${version}`];
}

/** Containers often run as a user whose home cannot be written. npm and pnpm then get a folder of this repository. */
function writableFolders() {
  const npmCache = process.env.npm_config_cache ?? join(homedir(), '.npm');
  if (isWritable(npmCache)) return {};
  const home = join(root, 'node_modules', '.home');
  const folder = (name) => join(home, name);
  return {
    npm_config_cache: folder('npm'),
    XDG_DATA_HOME: folder('data'),
    XDG_CACHE_HOME: folder('cache'),
    XDG_STATE_HOME: folder('state'),
  };
}

function isWritable(folder) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Of everything that decides what is installed. */
function fingerprint() {
  const manifests = ['packages', 'examples'].flatMap((folder) =>
    existsSync(join(root, folder)) ? readdirSync(join(root, folder)).map((name) => join(folder, name, 'package.json')) : [],
  );
  const hash = createHash('sha256');
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json', ...manifests.sort()]) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(file).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** Both are quick when nothing changed. */
function build() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  if (!existsSync(join(root, 'packages', 'cli', 'dist'))) say('building');
  run(
    [process.execPath, join(root, 'packages', 'tensorflow', 'build', 'bundle-kernels.mjs')],
    'The kernels of tfjs-node-gpu could not be bundled.',
  );
  run(
    [process.execPath, join(root, 'packages', 'report', 'build', 'bundle-client.mjs')],
    'The page of the report could not be bundled.',
  );
  run([process.execPath, tsc, '-b'], 'The build failed.');
}

async function library() {
  const { ensureLibrary } = await import(pathToFileURL(join(root, 'packages', 'tensorflow', 'dist', 'index.js')).href);
  try {
    await ensureLibrary();
  } catch (error) {
    stop(error?.code?.startsWith?.('MOCHI_') ? error.message : error);
  }
}

function run([command, ...args], failure, more = {}) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...more };
  // Output goes to stderr: what a caller prints on stdout is its own.
  const { status, signal, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 2, 'inherit'], env });
  if (status !== 0) stop(`${failure}${error ? ` (${error.message})` : signal ? ` (${signal})` : ''}`);
}

function say(message) {
  console.error(`mochi: ${message}`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
