import { mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CC, FRAMEWORK, filesIn, makeSandbox, type Sandbox } from '../../test/library/fixtures.js';
import { ensureLibrary, findLibrary } from './ensure.js';
import type { Surroundings } from './types.js';

const ensure = ({ surroundings }: Sandbox, more: Partial<Surroundings> = {}) =>
  ensureLibrary({ surroundings: { ...surroundings, ...more } });
const withEnv = (sandbox: Sandbox, env: Record<string, string>): Partial<Surroundings> => ({
  env: { ...sandbox.surroundings.env, ...env },
});
const downloads = (sandbox: Sandbox) => join(sandbox.cache, 'downloads');

describe('the wheel', () => {
  test('is downloaded by pip with the pinned tags, and two files of it are kept', async () => {
    const sandbox = await makeSandbox();
    const location = await ensure(sandbox);
    const dir = join(sandbox.cache, 'tensorflow-cpu-2.21.0');
    expect(location).toEqual({
      dir,
      ccPath: join(dir, 'libtensorflow_cc.so.2'),
      frameworkPath: join(dir, 'libtensorflow_framework.so.2'),
      source: 'wheel',
      version: '2.21.0',
    });
    expect((await readFile(location.ccPath)).equals(CC)).toBe(true);
    expect((await readFile(location.frameworkPath)).equals(FRAMEWORK)).toBe(true);
    expect(await sandbox.pipCalls()).toHaveLength(1);
    expect((await sandbox.pipCalls())[0]).toMatch(
      /^download tensorflow-cpu==2\.21\.0 --python-version 3\.11 --implementation cp --only-binary=:all: --no-deps /,
    );
    const names = ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2', 'mochi-library.json'];
    expect((await filesIn(sandbox.cache)).sort()).toEqual(names.map((name) => `tensorflow-cpu-2.21.0/${name}`)); // no wheel, no lock, no leftovers
  });

  test('is found in the cache the second time', async () => {
    const sandbox = await makeSandbox();
    const first = await ensure(sandbox);
    expect(await ensure(sandbox)).toEqual({ ...first, source: 'cache' });
    expect(await sandbox.pipCalls()).toHaveLength(1);
  });

  test('is installed again when a file in the cache was cut short', async () => {
    const sandbox = await makeSandbox();
    const { ccPath } = await ensure(sandbox);
    await truncate(ccPath, 1000);
    expect(await ensure(sandbox)).toMatchObject({ source: 'wheel' });
    expect((await readFile(ccPath)).equals(CC)).toBe(true);
  });

  test('left whole by an earlier try is not downloaded again', async () => {
    const sandbox = await makeSandbox();
    await mkdir(downloads(sandbox), { recursive: true });
    await writeFile(
      join(downloads(sandbox), sandbox.surroundings.wheel.fileName),
      await readFile(sandbox.surroundings.env['FAKE_WHEEL']!),
    );
    expect(await ensure(sandbox)).toMatchObject({ source: 'wheel' });
    expect(await sandbox.pipCalls()).toEqual([]);
  });

  test('left damaged by an earlier try is removed and downloaded again', async () => {
    const sandbox = await makeSandbox();
    await mkdir(downloads(sandbox), { recursive: true });
    const bytes = await readFile(sandbox.surroundings.env['FAKE_WHEEL']!);
    bytes[1000]! ^= 1;
    await writeFile(join(downloads(sandbox), sandbox.surroundings.wheel.fileName), bytes);
    const { ccPath } = await ensure(sandbox);
    expect((await readFile(ccPath)).equals(CC)).toBe(true);
    expect(await sandbox.pipCalls()).toHaveLength(1);
  });

  test.each([
    { name: 'other bytes under the same name', pip: 'corrupt', code: 'MOCHI_HASH_MISMATCH' },
    { name: 'no connection', pip: 'offline', code: 'MOCHI_NO_NETWORK' },
    { name: 'a full disk, seen by pip', pip: 'full', code: 'MOCHI_DISK_FULL' },
    { name: 'a pip that fails for its own reasons', pip: 'odd', code: 'MOCHI_PIP_FAILED' },
  ])('$name: $code, and nothing is left behind', async ({ pip, code }) => {
    const sandbox = await makeSandbox();
    await expect(ensure(sandbox, withEnv(sandbox, { FAKE_PIP: pip }))).rejects.toMatchObject({ code });
    expect(await filesIn(sandbox.cache)).toEqual([]);
    expect(await ensure(sandbox)).toMatchObject({ source: 'wheel' }); // and the next try works
  });

  test('no pip and no archive: MOCHI_NO_PIP', async () => {
    await expect(ensure(await makeSandbox({ pip: false }))).rejects.toMatchObject({ code: 'MOCHI_NO_PIP' });
  });

  test('a disk that is too small is seen before pip is called: MOCHI_DISK_FULL', async () => {
    const sandbox = await makeSandbox();
    await expect(ensure(sandbox, { freeBytes: () => Promise.resolve(64e6) })).rejects.toMatchObject({ code: 'MOCHI_DISK_FULL' });
    expect(await sandbox.pipCalls()).toEqual([]);
  });

  test.each([
    { name: 'without the library', wheel: { cc: null } },
    { name: 'with a library of another size', wheel: { pinnedCc: CC.length - 1 } },
  ])('$name: MOCHI_LIBRARY_BROKEN, and no folder that looks installed', async ({ wheel }) => {
    const sandbox = await makeSandbox({ wheel });
    await expect(ensure(sandbox)).rejects.toMatchObject({ code: 'MOCHI_LIBRARY_BROKEN' });
    expect(await findLibrary({ surroundings: sandbox.surroundings })).toBeNull();
  });
});

describe('the platform', () => {
  test.each([
    { name: 'macOS', platform: 'darwin', arch: 'arm64', glibc: null },
    { name: 'Linux on ARM', platform: 'linux', arch: 'arm64', glibc: '2.36' },
    { name: 'Alpine', platform: 'linux', arch: 'x64', glibc: null },
    { name: 'an old glibc', platform: 'linux', arch: 'x64', glibc: '2.17' },
  ])('$name is refused', async ({ platform, arch, glibc }) => {
    const sandbox = await makeSandbox();
    await expect(ensure(sandbox, { platform, arch, glibc })).rejects.toMatchObject({ code: 'MOCHI_WRONG_PLATFORM' });
    expect(await sandbox.pipCalls()).toEqual([]);
  });
});

describe('MOCHI_LIBTENSORFLOW', () => {
  const folderWith = async (sandbox: Sandbox, ...names: string[]) => {
    const dir = join(sandbox.folder, 'own');
    await mkdir(dir);
    for (const name of names) await writeFile(join(dir, name), 'library');
    return { dir, more: withEnv(sandbox, { MOCHI_LIBTENSORFLOW: dir }) };
  };

  test('comes before the cache', async () => {
    const sandbox = await makeSandbox();
    await ensure(sandbox);
    const { dir, more } = await folderWith(sandbox, 'libtensorflow_cc.so.2', 'libtensorflow_framework.so.2');
    expect(await ensure(sandbox, more)).toMatchObject({ dir, source: 'variable', version: 'unknown' });
  });

  test('may name an unpacked archive, whose file has another name and says its version', async () => {
    const sandbox = await makeSandbox();
    const { dir, more } = await folderWith(sandbox, 'libtensorflow.so.2.18.0', 'libtensorflow_framework.so.2');
    await symlink('libtensorflow.so.2.18.0', join(dir, 'libtensorflow.so.2'));
    expect(await ensure(sandbox, more)).toMatchObject({ ccPath: join(dir, 'libtensorflow.so.2'), version: '2.18.0' });
  });

  test('a folder without the library is an error, not a reason to look on', async () => {
    const sandbox = await makeSandbox();
    await ensure(sandbox);
    const { more } = await folderWith(sandbox, 'libtensorflow_cc.so.2');
    await expect(ensure(sandbox, more)).rejects.toMatchObject({ code: 'MOCHI_LIBRARY_NOT_FOUND' });
    await expect(findLibrary({ surroundings: { ...sandbox.surroundings, ...more } })).rejects.toThrow(
      /lacks libtensorflow_framework\.so\.2/,
    );
  });
});

describe('the cache', () => {
  test('MOCHI_CACHE, then XDG_CACHE_HOME, then the home folder', async () => {
    const sandbox = await makeSandbox();
    const { MOCHI_CACHE: _, ...env } = sandbox.surroundings.env;
    const xdg = join(sandbox.folder, 'xdg');
    expect((await ensure(sandbox, { env: { ...env, XDG_CACHE_HOME: xdg } })).dir).toBe(
      join(xdg, 'mochi/libtensorflow/tensorflow-cpu-2.21.0'),
    );
    expect((await ensure(sandbox, { env })).dir).toBe(join(env['HOME']!, '.cache/mochi/libtensorflow/tensorflow-cpu-2.21.0'));
  });

  test('a home that cannot be written: a private folder among the temporary ones, found again', async () => {
    const sandbox = await makeSandbox();
    const { MOCHI_CACHE: _, ...env } = sandbox.surroundings.env;
    const home = join(sandbox.folder, 'a-file');
    await writeFile(home, '');
    const { dir } = await ensure(sandbox, { env: { ...env, HOME: home } });
    expect(dir.startsWith(join(sandbox.folder, 'mochi-cache-'))).toBe(true);
    expect(sandbox.printed()).toContain('cannot be written');
    expect(await ensure(sandbox, { env: { ...env, HOME: home } })).toMatchObject({ dir, source: 'cache' });
  });

  test('a folder among the temporary ones that others may write is not used', async () => {
    const sandbox = await makeSandbox();
    const { MOCHI_CACHE: _, ...env } = sandbox.surroundings.env;
    const home = join(sandbox.folder, 'a-file');
    await writeFile(home, '');
    const shared = join(sandbox.folder, `mochi-cache-${process.getuid!()}`);
    await mkdir(shared);
    const { chmod } = await import('node:fs/promises');
    await chmod(shared, 0o777);
    await expect(ensure(sandbox, { env: { ...env, HOME: home } })).rejects.toMatchObject({ code: 'MOCHI_CACHE_NOT_WRITABLE' });
  });

  test('a MOCHI_CACHE that cannot be written is an error: it was chosen', async () => {
    const sandbox = await makeSandbox();
    const file = join(sandbox.folder, 'a-file');
    await writeFile(file, '');
    await expect(ensure(sandbox, withEnv(sandbox, { MOCHI_CACHE: file }))).rejects.toMatchObject({
      code: 'MOCHI_CACHE_NOT_WRITABLE',
    });
  });
});
