import { existsSync, readFileSync, statSync } from 'node:fs';
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CC, filesIn, makeSandbox, type Sandbox } from '../../test/library/fixtures.js';
import { ensureLibrary, findLibrary } from './ensure.js';
import { GPU_WHEEL, NVIDIA_WHEELS } from './pinned-gpu.js';

const ensure = ({ surroundings }: Sandbox, device: 'auto' | 'cpu' | 'gpu', more: object = {}) =>
  ensureLibrary({ surroundings: { ...surroundings, ...more }, device });

describe('the build for GPUs', () => {
  test("comes with NVIDIA's libraries, in the folders in which TensorFlow looks for them; sizes are said first", async () => {
    const sandbox = await makeSandbox();
    const location = await ensure(sandbox, 'gpu');
    const root = join(sandbox.cache, 'tensorflow-2.21.0');
    expect(location).toEqual({
      dir: join(root, 'tensorflow'),
      ccPath: join(root, 'tensorflow/libtensorflow_cc.so.2'),
      frameworkPath: join(root, 'tensorflow/libtensorflow_framework.so.2'),
      source: 'wheel',
      version: '2.21.0',
    });
    expect(readFileSync(location.ccPath).equals(CC)).toBe(true);
    expect((await filesIn(sandbox.cache)).sort()).toEqual([
      'tensorflow-2.21.0/mochi-library.json',
      'tensorflow-2.21.0/nvidia/cublas/lib/libcublas.so.12',
      'tensorflow-2.21.0/nvidia/cuda_nvcc/bin/ptxas',
      'tensorflow-2.21.0/tensorflow/libtensorflow_cc.so.2',
      'tensorflow-2.21.0/tensorflow/libtensorflow_framework.so.2',
    ]);
    expect(statSync(join(root, 'nvidia/cuda_nvcc/bin/ptxas')).mode & 0o100).toBe(0o100); // TensorFlow runs it
    expect(sandbox.printed().split('\n')[0]).toMatch(/TensorFlow for GPUs: 3 wheels to download, \d+ MB; \d+ MB are kept in/);
    expect((await sandbox.pipCalls()).map((call) => call.split(' ')[1])).toEqual([
      'tensorflow==2.21.0',
      'nvidia-cublas-cu12==2.21.0',
      'nvidia-cuda-nvcc-cu12==2.21.0',
    ]);
  });

  test('is found in the cache the second time, and installed again when a library in it was cut short', async () => {
    const sandbox = await makeSandbox();
    const first = await ensure(sandbox, 'gpu');
    expect(await ensure(sandbox, 'gpu')).toEqual({ ...first, source: 'cache' });
    expect(await sandbox.pipCalls()).toHaveLength(3);
    await truncate(join(first.dir, '../nvidia/cublas/lib/libcublas.so.12'), 10);
    expect(await ensure(sandbox, 'gpu')).toMatchObject({ source: 'wheel' });
  });

  test('goes on with the wheels that an earlier try left whole', async () => {
    const sandbox = await makeSandbox();
    const { gpuWheels, env } = sandbox.surroundings;
    const downloads = join(sandbox.cache, 'downloads');
    await mkdir(downloads, { recursive: true });
    await writeFile(join(downloads, gpuWheels[0].fileName), readFileSync(join(env['FAKE_WHEELS']!, 'tensorflow')));
    await ensure(sandbox, 'gpu');
    expect(sandbox.printed()).toMatch(/GPUs: 2 wheels to download/);
    expect(await sandbox.pipCalls()).toHaveLength(2);
  });

  test('a library of NVIDIA with another hash: nothing that looks installed is left', async () => {
    const sandbox = await makeSandbox();
    const [first, ...others] = sandbox.surroundings.gpuWheels;
    const gpuWheels = [first, { ...others[0]!, sha256: '0'.repeat(64) }, others[1]!];
    await expect(ensure(sandbox, 'gpu', { gpuWheels })).rejects.toMatchObject({ code: 'MOCHI_HASH_MISMATCH' });
    expect(existsSync(join(sandbox.cache, 'tensorflow-2.21.0'))).toBe(false);
  });

  test.each([
    { name: 'no pip', pip: false, env: {}, code: 'MOCHI_NO_PIP' },
    { name: 'no connection', pip: true, env: { FAKE_PIP: 'offline' }, code: 'MOCHI_NO_NETWORK' },
  ])('$name: $code; the archive, which is for processors, is not tried', async ({ pip, env, code }) => {
    const sandbox = await makeSandbox({ pip });
    await expect(ensure(sandbox, 'gpu', { env: { ...sandbox.surroundings.env, ...env } })).rejects.toMatchObject({ code });
    expect(sandbox.printed()).not.toContain('the wheel did not come');
  });

  test('a disk that is too small is seen before pip is called', async () => {
    const sandbox = await makeSandbox();
    const freeBytes = () => Promise.resolve(64e6);
    await expect(ensure(sandbox, 'gpu', { freeBytes })).rejects.toMatchObject({ code: 'MOCHI_DISK_FULL' });
    expect(await sandbox.pipCalls()).toEqual([]);
  });
});

describe('which build, where both are there', () => {
  test.each([
    { device: 'auto', driver: null, build: 'tensorflow-cpu-2.21.0' },
    { device: 'auto', driver: '/usr/lib/libcuda.so.1', build: 'tensorflow-2.21.0' },
    { device: 'cpu', driver: '/usr/lib/libcuda.so.1', build: 'tensorflow-cpu-2.21.0' },
    { device: 'gpu', driver: null, build: 'tensorflow-2.21.0' },
  ] as const)('device $device, driver $driver: $build', async ({ device, driver, build }) => {
    const sandbox = await makeSandbox();
    await ensure(sandbox, 'cpu');
    await ensure(sandbox, 'gpu');
    expect((await ensure(sandbox, device, { driver })).ccPath).toContain(`/${build}/`);
  });

  test('the build for GPUs serves a processor alone; the one for processors no GPU', async () => {
    const [gpu, cpu] = [await makeSandbox(), await makeSandbox()];
    await ensure(gpu, 'gpu');
    expect(await ensure(gpu, 'cpu')).toMatchObject({ source: 'cache' });
    await ensure(cpu, 'cpu');
    expect(await findLibrary({ surroundings: cpu.surroundings, device: 'gpu' })).toBeNull();
  });
});

test('what is pinned: every wheel once, with a hash, and its files in the folders that TensorFlow searches', () => {
  const wheels = [GPU_WHEEL, ...NVIDIA_WHEELS];
  expect(new Set(wheels.map(({ sha256 }) => sha256)).size).toBe(wheels.length);
  for (const { sha256, fileName, version, keep } of wheels) {
    expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(fileName).toContain(`-${version}-`);
    for (const { name } of keep) expect(name).toMatch(/^(tensorflow\/lib|nvidia\/\w+\/(lib\/lib|bin\/|nvvm\/libdevice\/))/);
  }
});
