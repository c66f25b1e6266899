import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModuleLoader } from '@mochi/core';
import { openRun, train } from '@mochi/mochi';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { smallRun } from '../test/small-run.js';

const NAME = '@mochi/example-custom-sampler';
const project = mkdtempSync(join(tmpdir(), 'mochi-installed-'));
afterAll(() => rmSync(project, { recursive: true, force: true }));

/** Packs this example and installs the archive in an empty project, as a user would; nothing is downloaded. */
beforeAll(async () => {
  const here = fileURLToPath(new URL('..', import.meta.url));
  const npm = (cwd: string, ...words: string[]) => execFileSync('npm', words, { cwd, encoding: 'utf8', stdio: 'pipe' });
  execFileSync(process.execPath, [
    fileURLToPath(new URL('../../../node_modules/typescript/bin/tsc', import.meta.url)),
    '-b',
    here,
  ]);
  npm(here, 'pack', '--pack-destination', project);
  const [archive] = readdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "mine", "version": "1.0.0" }');
  npm(project, 'install', '--offline', '--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', `./${archive}`);
  mkdirSync(join(project, 'images'));
  await writeImages(join(project, 'images'), 12);
});

test('loaded by its name, it trains; the run says where it came from', async () => {
  expect(new ModuleLoader().resolve(NAME, project)).toBe(join(project, 'node_modules', NAME, 'dist', 'skip-hardest.js'));
  const config = smallRun('./images', { plugins: [NAME], sampler: { name: 'acme-skip-hardest', skip: 4, count: 8 } });
  const data = { name: 'image-folder', root: join(project, 'images') };
  const host = await openRun({ ...config, data }, { cwd: project });
  expect(host.explain().plugins.find(({ id }) => id === 'sampler')).toMatchObject({
    name: 'acme-skip-hardest',
    origin: NAME,
    version: '0.1.0',
  });
  await host.dispose();
  expect(await train({ ...config, data }, { cwd: project })).toMatchObject({ outcome: 'finished', step: 3 });
});
