// Proves that what `npm create mochi-plugin` makes builds and passes its tests without an edit: `node packages/tools/prove-plugins.mjs`, or with
// the kinds to try. Does what a user does, in an empty folder, against the packed packages behind a registry of their own: npm create, npm install,
// npm test, npm run build, npx mochi plugins check, a run with the sample config, and npm pack. Takes minutes. Set-up first: `npm run setup`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { execute, root } from './release/pack.mjs';

// Not an import: nothing of this package depends on the others.
const { KINDS } = await import(pathToFileURL(join(root, 'packages/create-mochi-plugin/dist/index.js')).href);

const home = mkdtempSync(join(tmpdir(), 'mochi-prove-plugins-'));
const registry = spawn(process.execPath, [join(root, 'packages/tools/release/registry.mjs')], { stdio: ['ignore', 'pipe', 'inherit'] }); // prettier-ignore
try {
  const [address] = await once(registry.stdout.setEncoding('utf8'), 'data');
  // Its own cache: npm keeps what it once had of a version.
  const env = { ...process.env, npm_config_registry: address.trim(), npm_config_cache: join(home, 'cache') };
  const kinds = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(KINDS);
  const failed = kinds.filter((kind) => !prove(kind, env));
  console.log(failed.length === 0 ? `all of ${kinds.join(', ')} hold` : `FAILED: ${failed.join(', ')}`);
  process.exitCode = failed.length === 0 ? 0 : 1;
} finally {
  registry.kill();
  rmSync(home, { recursive: true, force: true });
}

function prove(kind, env) {
  const folder = join(home, `acme-${kind}`);
  const steps = {
    create: ['npm', ['create', '--yes', 'mochi-plugin', folder, '--', '--kind', kind], home],
    install: ['npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], folder],
    test: ['npm', ['test'], folder],
    build: ['npm', ['run', 'build'], folder],
    check: ['npx', ['--no-install', 'mochi', 'plugins', 'check', '.'], folder],
    photos: ['npm', ['run', 'photos'], folder],
    train: ['npx', ['--no-install', 'mochi', 'train', 'mochi.yaml', '--run', 'runs/try'], folder],
    pack: ['npm', ['pack', '--silent'], folder],
  };
  const told = [];
  for (const [step, [program, args, cwd]] of Object.entries(steps))
    try {
      told.push(`${step} ${countOf(execute(program, args, { cwd, env }))}`);
    } catch (error) {
      console.error(error.message);
      told.push(`${step} FAILED`);
      break;
    }
  console.log(`${kind.padEnd(10)} ${told.join(', ')}`);
  return !told.at(-1).endsWith('FAILED');
}

/** How many tests or checks an output tells of; `ok` where it tells of none. */
function countOf(text) {
  // eslint-disable-next-line no-control-regex -- colours
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  const [, passed] = /Tests +(\d+) passed/.exec(plain) ?? [];
  const checks = plain.match(/^ {2}ok /gm)?.length;
  return passed ?? checks ?? 'ok';
}
