// Packs every package that is published and holds the tarballs to publint, to "are the types wrong", and to what should be in them.
//   node packages/tools/release/check-packages.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { execute, packAll } from './pack.mjs';

const attw = join(dirname(createRequire(import.meta.url).resolve('@arethetypeswrong/cli/package.json')), 'dist', 'index.js');

const folder = mkdtempSync(join(tmpdir(), 'mochi-pack-'));
try {
  let faulty = 0;
  for (const { name, tarball } of packAll(folder)) {
    const problems = [...contents(tarball), ...(await lint(tarball)), ...types(tarball)];
    if (problems.length > 0) faulty++;
    for (const problem of problems) console.log(`${name}: ${problem}`);
  }
  console.log(faulty === 0 ? 'Every package packs, and publint and attw have nothing to say.' : `${faulty} packages are faulty.`);
  process.exitCode = faulty === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** A licence, a README, a build with types and sources; no tests and nothing of the build's own. */
function contents(tarball) {
  const files = execute('tar', ['tzf', tarball]).trim().split('\n').map((file) => file.replace('package/', '')); // prettier-ignore
  const absent = ['LICENSE', 'README.md', 'dist/index.js', 'dist/index.d.ts', 'src/index.ts'].filter((file) => !files.includes(file)); // prettier-ignore
  const unwanted = files.filter(
    (file) => !file.startsWith('templates/') && /\.test\.|\.tsbuildinfo$|(^|\/)(test|golden|node_modules)\//.test(file),
  );
  return [...absent.map((file) => `lacks ${file}`), ...unwanted.map((file) => `should not have ${file}`)];
}

async function lint(tarball) {
  const bytes = await readFile(tarball);
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) }, strict: true }); // prettier-ignore
  return messages.map((message) => `publint: ${formatMessage(message, pkg)}`);
}

/** Modules only: what older resolutions and require() would find is not asked. */
function types(tarball) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [attw, tarball, '--profile', 'esm-only', '--no-color', '--no-emoji', '--format', 'ascii'],
    { encoding: 'utf8' },
  );
  return status === 0 ? [] : [`attw: ${stdout}${stderr}`];
}
