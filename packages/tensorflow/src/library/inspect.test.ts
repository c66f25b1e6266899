import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { mkdir, rename, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeSandbox, type Sandbox } from '../../test/library/fixtures.js';
import { ensureLibrary } from './ensure.js';
import { inspectLibrary } from './inspect.js';
import type { InstallProgress } from './progress.js';

const inspect = ({ surroundings }: Sandbox, env: Record<string, string> = {}) =>
  inspectLibrary({ surroundings: { ...surroundings, env: { ...surroundings.env, ...env } } });

describe('the report', () => {
  test('before anything is installed: all places in order, and what the first run will do', async () => {
    const sandbox = await makeSandbox();
    const report = await inspect(sandbox);
    expect(report.looked.map(({ source, state, verdict }) => `${source}: ${state}, ${verdict}`)).toEqual([
      'variable: unusable, not set',
      'cache: unusable, not installed',
      'cache: unusable, not installed',
      'cache: unusable, not installed',
      'python: unusable, there is no python3',
      'wheel: usable, pip 99.0',
      'archive: usable, tried when the wheel does not come',
    ]);
    expect(report.chosen).toBeNull();
    expect(report.help).toEqual(['The first run installs tensorflow-cpu 2.21.0.']);
    expect(await sandbox.pipCalls()).toEqual([]); // looking installs nothing
  });

  test('after it is installed', async () => {
    const sandbox = await makeSandbox();
    const location = await ensureLibrary({ surroundings: sandbox.surroundings });
    const report = await inspect(sandbox);
    expect(report.chosen).toEqual({ ...location, source: 'cache' });
    expect(report.looked.filter(({ state }) => state === 'chosen')).toMatchObject([
      { where: location.dir, verdict: 'has TensorFlow 2.21.0' },
    ]);
    expect(report.looked.filter(({ state }) => state === 'not needed').map(({ source }) => source)).toEqual(['wheel', 'archive']);
    expect(report.help).toEqual([]);
  });

  test('a wrong MOCHI_LIBTENSORFLOW is said, not thrown', async () => {
    const sandbox = await makeSandbox();
    const report = await inspect(sandbox, { MOCHI_LIBTENSORFLOW: sandbox.folder });
    expect(report.looked[0]).toMatchObject({ source: 'variable', state: 'wrong' });
    expect(report.help).toEqual(['Correct the folder, or unset MOCHI_LIBTENSORFLOW to have TensorFlow found or installed.']);
  });

  test('a card without a driver', async () => {
    const { surroundings } = await makeSandbox();
    const { gpu, help } = await inspectLibrary({ surroundings: { ...surroundings, cards: ['/dev/nvidia0'] } });
    expect(gpu).toEqual({ devices: ['/dev/nvidia0'], driver: null });
    expect(help).toContainEqual(expect.stringContaining('There is an NVIDIA device and no driver library'));
  });

  test('a driver without the build for GPUs, and with it', async () => {
    const { surroundings } = await makeSandbox();
    const withDriver = { ...surroundings, driver: '/usr/lib/libcuda.so.1' };
    await ensureLibrary({ surroundings: withDriver });
    const without = await inspectLibrary({ surroundings: withDriver });
    expect(without.gpu.driver).toBe('/usr/lib/libcuda.so.1');
    expect(without.help).toEqual([expect.stringMatching(/mochi doctor --install gpu \(\d+ MB to download, \d+ MB kept\)/)]);
    await ensureLibrary({ surroundings: withDriver, device: 'gpu' });
    expect((await inspectLibrary({ surroundings: withDriver })).help).toEqual([]);
  });

  test('for a GPU: where it would come from', async () => {
    const { surroundings } = await makeSandbox();
    const report = await inspectLibrary({ surroundings, device: 'gpu' });
    expect(report.looked.find(({ source }) => source === 'wheel')).toMatchObject({
      where: 'pip download tensorflow==2.21.0 and 2 wheels of NVIDIA',
      state: 'usable',
    });
    expect(report.looked.find(({ source }) => source === 'archive')).toMatchObject({ state: 'unusable' });
    expect(report.help).toEqual(['The first run installs tensorflow 2.21.0.', expect.stringContaining('no driver library')]);
  });

  test('this machine: the real glibc is found', async () => {
    const { glibc: _, platform: __, arch: ___, ...surroundings } = (await makeSandbox()).surroundings;
    const { platform } = await inspectLibrary({ surroundings });
    expect(platform).toMatchObject({ os: process.platform, arch: process.arch });
    if (process.platform === 'linux') expect(platform.glibc).toMatch(/^\d+\.\d+$/);
  });
});

const python = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' });

describe.skipIf(python.status !== 0)('an installed Python TensorFlow', () => {
  /** As pip leaves it: a package that must not be imported, its libraries, its metadata. */
  async function withPython(version: string) {
    const sandbox = await makeSandbox();
    const site = join(sandbox.folder, 'site');
    await mkdir(join(site, 'tensorflow'), { recursive: true });
    await writeFile(join(site, 'tensorflow/__init__.py'), 'raise SystemExit("imported")\n');
    for (const name of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
      await writeFile(join(site, 'tensorflow', name), 'library');
    await mkdir(join(site, `tensorflow-${version}.dist-info`));
    await writeFile(
      join(site, `tensorflow-${version}.dist-info/METADATA`),
      `Metadata-Version: 2.1\nName: tensorflow\nVersion: ${version}\n`,
    );
    await symlink(python.stdout.trim(), join(sandbox.folder, 'bin/python3'));
    return { sandbox, site, env: { PYTHONPATH: site } };
  }

  test('of a tested version is used, without importing it', async () => {
    const { sandbox, site, env } = await withPython('2.21.1');
    expect((await inspect(sandbox, env)).chosen).toMatchObject({
      dir: join(site, 'tensorflow'),
      source: 'python',
      version: '2.21.1',
    });
  });

  test('for a GPU, only where it is the build for GPUs', async () => {
    const { sandbox, site, env } = await withPython('2.21.1');
    const options = {
      surroundings: { ...sandbox.surroundings, env: { ...sandbox.surroundings.env, ...env } },
      device: 'gpu',
    } as const;
    expect((await inspectLibrary(options)).chosen).toMatchObject({ source: 'python' });
    await rename(join(site, 'tensorflow-2.21.1.dist-info'), join(site, 'tensorflow_cpu-2.21.1.dist-info'));
    await writeFile(
      join(site, 'tensorflow_cpu-2.21.1.dist-info/METADATA'),
      'Metadata-Version: 2.1\nName: tensorflow-cpu\nVersion: 2.21.1\n',
    );
    const report = await inspectLibrary(options);
    expect(report.chosen).toBeNull();
    expect(report.looked.find(({ source }) => source === 'python')!.verdict).toContain('not for GPUs');
  });

  test('of another version is not', async () => {
    const { sandbox, env } = await withPython('2.19.0');
    const report = await inspect(sandbox, env);
    expect(report.chosen).toBeNull();
    expect(report.looked.find(({ source }) => source === 'python')!.verdict).toContain('2.19.0, which mochi is not tested with');
  });
});

describe('progress', () => {
  const run = async (options: { silent?: boolean; isTTY?: boolean }) => {
    const sandbox = await makeSandbox();
    const heard: InstallProgress[] = [];
    let printed = '';
    const stderr = { write: (text: string) => (printed += text), isTTY: options.isTTY ?? false, columns: 100 };
    const { wheel } = sandbox.surroundings;
    const seen = join(sandbox.folder, 'seen');
    const env = { ...sandbox.surroundings.env, FAKE_PIP_UNTIL: seen };
    await ensureLibrary({
      surroundings: { ...sandbox.surroundings, env, stderr },
      silent: options.silent ?? false,
      onProgress: (progress) => {
        heard.push(progress);
        if (progress.phase === 'download' && progress.bytes === wheel.bytes >> 1) writeFileSync(seen, ''); // half of it: pip may end
      },
    });
    return { heard, printed, wheel };
  };

  test('each phase is reported, and counts up to its whole', async () => {
    const { heard, wheel } = await run({ silent: true });
    expect([...new Set(heard.map(({ phase }) => phase))]).toEqual(['download', 'verify', 'unpack', 'done']);
    const ofDownload = heard.filter(({ phase }) => phase === 'download').map(({ bytes }) => bytes);
    expect(ofDownload).toContain(wheel.bytes >> 1);
    expect(ofDownload).toEqual([...ofDownload].sort((a, b) => a - b));
    for (const phase of ['verify', 'unpack']) {
      const last = heard.filter((progress) => progress.phase === phase).at(-1)!;
      expect(last.bytes).toBe(last.totalBytes);
    }
  });

  test('silent prints nothing', async () => expect((await run({ silent: true })).printed).toBe(''));

  test('plain lines where there is no terminal', async () => {
    const { printed } = await run({});
    expect(printed).not.toMatch(/[\r\x1b]/); // eslint-disable-line no-control-regex
    expect(printed.split('\n')[0]).toBe('mochi: downloading tensorflow-cpu 2.21.0 with pip');
    expect(printed).toMatch(/TensorFlow 2\.21\.0 is in .*\n$/);
  });

  test('a bar on a terminal', async () =>
    expect((await run({ isTTY: true })).printed).toMatch(/\r\x1b\[2K\[=+ +\] 0\/0 MB {2}downloading/)); // eslint-disable-line no-control-regex
});
