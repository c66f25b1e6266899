// All the set-up of a fresh clone, with nothing but Node, npm and pip: dependencies, build, TensorFlow. Plain JavaScript, no imports but
// Node's own, because nothing is installed yet. Each part is skipped when it is up to date.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [major] = process.versions.node.split('.').map(Number);
if (major < 20) stop(`Node ${process.versions.node} is too old: mochi needs Node 20 or newer.`);

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
install();
run('node', [join(root, 'packages', 'tensorflow', 'build', 'bundle-kernels.mjs')], 'The kernels of tfjs-node-gpu could not be bundled.');
run('node', [join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-b'], 'The build failed.');
const { ensureLibrary } = await import(join(root, 'packages', 'tensorflow', 'dist', 'index.js'));
await ensureLibrary();

/** pnpm install, unless the lock file and every manifest are as they were at the last one. */
function install() {
  const stampPath = join(root, 'node_modules', '.mochi-setup');
  const stamp = fingerprint();
  if (existsSync(stampPath) && readFileSync(stampPath, 'utf8') === stamp) return;
  const frozen = existsSync(join(root, 'pnpm-lock.yaml')) ? ['--frozen-lockfile'] : [];
  run('npx', ['-y', manifest.packageManager, 'install', ...frozen, '--reporter=append-only', '--loglevel=warn'], 'The dependencies could not be installed. Is the npm registry reachable?');
  writeFileSync(stampPath, fingerprint());
}

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

function run(command, args, failure) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (status !== 0) stop(`${failure}${error ? ` (${error.message})` : ''}`);
}

function stop(message) {
  console.error(message);
  process.exit(1);
}
