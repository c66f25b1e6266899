// Packs every package, installs all tarballs together in an empty project, and trains ten steps there with a third-party sampler: with npm, pnpm
// and yarn. Nothing of this repository is used by the projects but the tarballs; install scripts are allowed, and none of tfjs-node-gpu's may be
// there to run. Takes minutes: it installs everything several times.
//   node packages/tools/prove-tarballs.mjs [npm] [pnpm] [yarn] [yarn-classic] [--keep]
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONFIG, packPlugin, PLUGIN, PROGRAM, writeImages } from './release/empty-project.mjs';
import { managers } from './release/managers.mjs';
import { execute, packAll, root } from './release/pack.mjs';

const isKept = process.argv.includes('--keep');
const asked = process.argv.slice(2).filter((word) => word !== '--keep');
const unknown = asked.filter((name) => !(name in managers));
if (unknown.length > 0) {
  console.error(`Unknown: ${unknown.join(', ')}. There are ${Object.keys(managers).join(', ')}.`);
  process.exit(2);
}

const home = mkdtempSync(join(tmpdir(), 'mochi-tarballs-'));
const packages = packAll(home);
packages.push({ name: PLUGIN, tarball: packPlugin(home) });
console.log(`${packages.length} tarballs`);
let failed = 0;
for (const name of asked.length > 0 ? asked : Object.keys(managers)) {
  const startedAt = Date.now();
  try {
    const line = prove(join(home, name), managers[name]);
    console.log(`ok      ${name}: ${line} (${((Date.now() - startedAt) / 1000).toFixed(0)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAILED  ${name}: ${error.message}`);
  }
}
if (isKept) console.log(`kept: ${home}`);
else rmSync(home, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;

function prove(folder, manager) {
  const run = projectIn(folder, manager);
  run([...manager.command, ...manager.install]);
  const installed = copiesIn(join(folder, 'node_modules'));
  const native = installed.filter((path) => /@tensorflow\/tfjs-node/.test(path));
  if (native.length > 0) throw new Error(`tfjs-node was installed: ${native.join(', ')}`);
  const cores = installed.filter((path) => path.endsWith('@tensorflow/tfjs-core'));
  if (cores.length !== 1) throw new Error(`one copy of tfjs-core is wanted, there are ${cores.length}: ${cores.join(', ')}`);
  run([process.execPath, join(root, 'node_modules/typescript/bin/tsc'), '-p', '.']);
  const events = run([...manager.run, 'mochi', 'train', 'mochi.yaml', '--run', 'runs/first', '--json']);
  const end = events.trim().split('\n').map(parse).find((event) => event?.type === 'run-end'); // prettier-ignore
  if (end?.outcome !== 'finished' || end.step !== 10) throw new Error(`the run did not take ten steps:\n${events}`);
  return run([process.execPath, 'main.js']).trim();
}

function projectIn(folder, { manifest, files = {} }) {
  writeImages(join(folder, 'images'));
  const dependencies = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
  const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, types: [], skipLibCheck: true };
  const texts = {
    'package.json': JSON.stringify(
      { name: 'empty', private: true, type: 'module', dependencies, ...manifest(packages) },
      null,
      2,
    ),
    'tsconfig.json': JSON.stringify({ compilerOptions, files: ['main.ts'] }),
    'mochi.yaml': CONFIG,
    'main.ts': PROGRAM,
    ...files,
  };
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text);
  return ([program, ...args]) => execute(program, args, { cwd: folder, env: environment() });
}

/** Without what npm leaves behind for its children when this script was started by it. */
function environment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_(registry|cache|userconfig))|INIT_CWD$|PNPM_)/i.test(name))); // prettier-ignore
}

/** Folders of scoped and unscoped packages at any depth, links not followed. */
function copiesIn(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory() && /node_modules(\/@[^/]+)?$/.test(entry.parentPath ?? entry.path))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
