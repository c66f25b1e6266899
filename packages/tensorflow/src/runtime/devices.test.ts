import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile/compile.js';
import { ensureLibrary } from '../library/index.js';
import { loadApi } from '../native/api.js';
import { contextOf, listDevices } from '../native/context.js';
import { deviceFields, deviceOf } from '../native/device.js';
import { DTYPES } from '../native/dtypes.js';
import { bytesField, varintField } from '../native/protobuf.js';
import { Status } from '../native/status.js';
import { readBytes } from '../native/tensors.js';
import { Engine } from './engine.js';
import { onCpu } from './on-cpu.js';
import { liveHandles, running } from './runtime.js';
import { startTensorFlow } from './start.js';
import { toDevice } from './to-device.js';

const info = await startTensorFlow();

describe('which device', () => {
  test.each([
    ['auto', {}, 'auto'],
    ['auto', { MOCHI_DEVICE: 'gpu:1' }, 'gpu:1'],
    ['cpu', { MOCHI_DEVICE: 'gpu' }, 'cpu'],
    [undefined, { MOCHI_DEVICE: 'cpu' }, 'cpu'],
  ] as const)('%s with %o is %s', (wanted, env, choice) => expect(deviceOf(wanted, env)).toBe(choice));

  test.each(['tpu', 'gpu:', 'gpu:one', 'cpu:0'])('%s is refused', (wanted) =>
    expect(() => deviceOf(wanted, {})).toThrow(expect.objectContaining({ code: 'MOCHI_TENSORFLOW_OPTIONS' })),
  );

  test('the processor alone: no GPU is counted; one GPU: its number is visible, memory grows', () => {
    expect(deviceFields('cpu')).toEqual([10, 7, 10, 3, 71, 80, 85, 16, 0]); // { 1: { 1: "GPU", 2: 0 } }
    expect(deviceFields('gpu:12')).toEqual([50, 6, 32, 1, 42, 2, 49, 50]); // { 6: { 4: true, 5: "12" } }
    expect(deviceFields('auto')).toEqual(deviceFields('gpu:0'));
  });

  test.skipIf(info.device === 'gpu')('a GPU that is not there is refused, with the reason', async () => {
    const { spawnSync } = await import('node:child_process');
    const code = `import { startTensorFlow } from '@mochi/tensorflow'; await startTensorFlow().catch((e) => console.log(e.code, e.happened));`;
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
      cwd: import.meta.dirname,
      env: { ...process.env, MOCHI_DEVICE: 'gpu', MOCHI_LIBTENSORFLOW: info.libraryDir },
      encoding: 'utf8',
    });
    expect(stdout).toMatch(/^MOCHI_NO_GPU .*(processors only|no NVIDIA driver|shows no GPU)/);
  });

  test('another device than the one that runs is refused', async () => {
    const other = info.device === 'cpu' ? 'gpu' : 'cpu';
    await expect(startTensorFlow({ device: other })).rejects.toMatchObject({ code: 'MOCHI_TENSORFLOW_OPTIONS' });
    expect(await startTensorFlow({ device: info.device })).toBe(info);
  });
});

test('what is held on the processor is there', async () => {
  const { engine, backend } = running();
  const deviceOfTensor = (x: tf.Tensor) =>
    engine.api.TFE_TensorHandleDeviceName(engine.pointer(backend.idOf(x), 'test'), engine.status.pointer);
  const double = compile((x: tf.Tensor) => tf.mul(x, 2), { name: 'double', cpu: true });
  const made = [onCpu(() => tf.add([1, 2], 3)), double(tf.tensor1d([1, 2])), await double.runAsync(tf.tensor1d([1, 2]))];
  for (const tensor of made) expect(deviceOfTensor(tensor)).toMatch(/CPU:0$/);
  expect(made.map((tensor) => Array.from(tensor.dataSync()))).toEqual([[4, 5], [2, 4], [2, 4]]); // prettier-ignore
  expect(engine.pinned).toBe(false);
  double.dispose();
});

test('a record on its device: the same values, nothing left behind', async () => {
  const before = liveHandles();
  const moved = await toDevice({ images: tf.tensor1d([1, 2, 3]), ids: tf.tensor1d([4, 5], 'int32') });
  expect([moved['images']!, moved['ids']!].map((x) => Array.from(x.dataSync()))).toEqual([[1, 2, 3], [4, 5]]); // prettier-ignore
  tf.dispose(moved);
  expect(liveHandles()).toEqual(before);
});

describe('a second device', () => {
  // A GPU is another memory. A second processor of TensorFlow's is one too as far as its runtime goes: handles live there, ops and functions run
  // there, and what is read or mixed must be copied. So this part of a GPU's path is tested everywhere.
  test('handles are copied to it, ops run on it, and values come back', async () => {
    const { frameworkPath, ccPath } = await ensureLibrary();
    const api = loadApi(frameworkPath, ccPath);
    const status = new Status(api);
    const two = bytesField(1, [...bytesField(1, [67, 80, 85]), ...varintField(2, 2)]); // device_count { CPU: 2 }
    const context = contextOf(api, status, Uint8Array.from(two));
    const [, second] = listDevices(api, status, context);
    expect(second).toMatch(/CPU:1$/);
    const engine = new Engine(api, context);
    const where = (id: number) => api.TFE_TensorHandleDeviceName(engine.pointer(id, 'test'), status.pointer);
    const read = (id: number) => [...new Float32Array(readBytes(api, status, engine.pointer(id, 'test')))];

    const host = engine.createTensor([2], DTYPES.float32, Float32Array.of(1, 2));
    const { id: there, shape, dtype } = await engine.copyTo(host, second!);
    expect([where(there), shape, dtype]).toEqual([second, [2], DTYPES.float32]);
    engine.delete(host);
    expect(read(there)).toEqual([1, 2]);

    engine.pinned = true; // pinned to CPU:0: the input lives elsewhere and is brought over
    const [sum] = engine.execute('AddV2', [], [there, there], 1);
    engine.pinned = false;
    expect(where(sum!.id)).toMatch(/CPU:0$/);
    expect(read(sum!.id)).toEqual([2, 4]);
    await expect(engine.copyTo(there, '/job:localhost/replica:0/task:0/device:GPU:7')).rejects.toMatchObject({
      code: 'MOCHI_TENSORFLOW',
    });
    engine.delete(there);
    engine.delete(sum!.id);
    expect(engine.eagerHandles).toBe(0);
  });
});
