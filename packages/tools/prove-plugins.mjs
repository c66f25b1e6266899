// Proves that what `npm create mochi-plugin` makes builds and passes its tests without an edit: `node packages/tools/prove-plugins.mjs`, or with
// the kinds to try. Generated packages stand in a temporary folder, whose node_modules hold copies of the built packages of this workspace and
// links to their dependencies, as an installation would. Set-up first: `npm run setup`.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
// Not an import: nothing of this package depends on the others.
const { createPlugin, KINDS } = await import(pathToFileURL(join(root, 'packages/create-mochi-plugin/dist/index.js')).href);
const project = mkdtempSync(join(tmpdir(), 'mochi-prove-plugins-'));
const modules = join(project, 'node_modules');

/** Options that keep `mochi plugins check` quick, as the generated tests do. */
const SMALL = {
  sampler: ['n=16'],
  bank: ['capacity=16'],
  augment: ['size=8'],
  data: ['count=12', 'size=8'],
  encoder: ['width=4', 'dim=3'],
};

try {
  install();
  const kinds = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(KINDS);
  const failed = kinds.filter((kind) => !prove(kind));
  console.log(failed.length === 0 ? `all of ${kinds.join(', ')} hold` : `FAILED: ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  rmSync(project, { recursive: true, force: true });
}

function install() {
  mkdirSync(modules);
  const hoisted = join(root, 'node_modules', '.pnpm', 'node_modules');
  const link = (folder, name) => symlinkSync(join(folder, name), join(modules, name));
  for (const name of readdirSync(hoisted)) {
    if (name.startsWith('.') || name === '@mochi') continue;
    if (!name.startsWith('@')) link(hoisted, name);
    else {
      mkdirSync(join(modules, name));
      for (const own of readdirSync(join(hoisted, name))) link(hoisted, join(name, own));
    }
  }
  mkdirSync(join(modules, '@types'), { recursive: true });
  for (const name of ['vitest', 'typescript', 'vite', '@types/node'])
    if (!existsSync(join(modules, name))) link(join(root, 'node_modules'), name);
  for (const folder of readdirSync(join(root, 'packages'))) copyPackage(join(root, 'packages', folder));
}

/** What would be in its archive. */
function copyPackage(folder) {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (!manifest.name.startsWith('@mochi/') || manifest.private) return;
  const target = join(modules, manifest.name);
  cpSync(join(folder, 'package.json'), join(target, 'package.json'));
  const parts = manifest.files.filter((name) => !name.startsWith('!') && name !== 'src');
  const folders = new Set(parts.map((name) => name.split('/')[0]));
  for (const part of [...folders].filter((name) => existsSync(join(folder, name))))
    cpSync(join(folder, part), join(target, part), { recursive: true });
}

function prove(kind) {
  const folder = join(project, `acme-${kind}`);
  createPlugin({ kind, folder });
  const tool = (...path) => join(root, 'node_modules', ...path);
  const mochi = join(modules, '@mochi', 'cli', 'bin', 'mochi.js');
  const steps = {
    build: [tool('typescript', 'bin', 'tsc')],
    test: [tool('vitest', 'vitest.mjs'), 'run'],
    check: [mochi, 'plugins', 'check', './dist/index.js', ...(SMALL[kind] ?? [])],
  };
  const results = Object.entries(steps).map(([step, command]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) console.error(`${kind} ${step}\n${stdout}\n${stderr}`);
    return `${step} ${status === 0 ? countOf(stdout) : 'FAILED'}`;
  });
  console.log(`${kind.padEnd(10)} ${results.join(', ')}`);
  return !results.some((result) => result.endsWith('FAILED'));
}

/** How many tests or checks an output tells of; `ok` where it tells of none. */
function countOf(text) {
  // eslint-disable-next-line no-control-regex -- colours
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  const [, passed] = /Tests +(\d+) passed/.exec(plain) ?? [];
  const checks = plain.match(/^ {2}ok /gm)?.length;
  return passed ?? checks ?? 'ok';
}
