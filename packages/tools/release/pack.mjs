// Packs what is published.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Packages that are published, lowest layer first or not: `{ name, version, folder }`. */
export function published() {
  return readdirSync(join(root, 'packages'))
    .map((folder) => ({ folder: join('packages', folder), ...manifestOf(join(root, 'packages', folder)) }))
    .filter((each) => each.name !== undefined && !each.private);
}

function manifestOf(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return {};
  }
}

/** Makes a tarball of each, from what is built. @returns `[{ name, tarball }]`, tarballs as absolute paths. */
export function packAll(destination) {
  const packages = published();
  const filters = packages.flatMap(({ name }) => ['--filter', name]);
  const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).packageManager;
  execute('npx', ['--yes', version, '--recursive', ...filters, 'pack', '--pack-destination', destination], { cwd: root });
  return packages.map(({ name, version: own }) => ({
    name,
    tarball: join(destination, `${name.replace('@', '').replace('/', '-')}-${own}.tgz`),
  }));
}

/** Runs a program to its end. @returns What it printed. @throws with its output when it fails. */
export function execute(program, args, options) {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 64 << 20, ...options });
  if (status !== 0)
    throw new Error(`${program} ${args.join(' ')} failed:\n${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}`);
  return stdout;
}
