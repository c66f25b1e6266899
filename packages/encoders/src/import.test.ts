import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRng, encodeSafetensors, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { zipSync } from 'fflate';
import { leakFree } from '@mochi/testing';
import { afterAll, describe, expect, test } from 'vitest';
import {
  importWeights,
  parseWeights,
  planImport,
  readWeights,
  resnet,
  resnetConfig,
  torchShape,
  type ResnetOptions,
} from './index.js';
import { convertStem } from './import/convert-stem.js';
import { findPrefix } from './import/find-prefix.js';
import { importReport } from './import/plan-import.js';
import { elementsOf } from './import/read-torch-file.js';

await startTensorFlow();

const folder = mkdtempSync(join(tmpdir(), 'mochi-import-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const golden = (name: string): string => fileURLToPath(new URL(`../test/golden/${name}`, import.meta.url));

/** The network of the golden checkpoints. */
const options = { stem: 'cifar', width: 2, stages: 1, head: { kind: 'linear', dim: 3 } } as const satisfies ResnetOptions;
const encoder = resnet('resnet10', options);

/** Element e of tensor n: see make_checkpoints.py. */
const value = (n: number, size: number): number[] => Array.from({ length: size }, (_, e) => (((7 * n + e) % 13) - 6) / 8);
const expected = (): Map<string, number[]> =>
  new Map(Object.entries(encoder.shapes).map(([name, shape], n) => [name, value(n, tf.util.sizeFromShape([...shape]))]));

test.each(['moco.pth', 'moco-legacy.pth.tar', 'half.pth', 'views.pth', 'views-legacy.pth'])(
  '%s comes as PyTorch saved it',
  (file) => {
    const stored = readWeights(golden(file));
    const prefix = findPrefix([...stored.keys()]);
    expect(prefix).toBe(file.startsWith('moco') ? 'state_dict.module.encoder_q.' : file === 'views.pth' ? 'model.' : '');
    for (const [name, values] of expected()) {
      const weight = stored.get(prefix + name)!;
      expect(weight.shape, name).toEqual(torchShape(encoder.shapes[name]!));
      expect(Array.from(weight.read()), name).toEqual(values);
    }
  },
);

test('the encoder that is queried is found by its prefix, laid out as TensorFlow has it, and nothing leaks', () =>
  leakFree(
    [],
    () => {
      const { weights, plan } = importWeights(readWeights(golden('moco.pth')), encoder, createRng(1, 'head'));
      expect(plan).toMatchObject({
        prefix: 'state_dict.module.encoder_q.',
        missing: [],
        unexpected: [],
        misshaped: [],
        drawn: [],
      });
      expect(plan.loaded).toEqual(Object.keys(encoder.shapes));
      expect(plan.ignored).toContain('state_dict.module.queue');
      expect(importReport('resnet10', plan, 'moco.pth')).toBe(
        'resnet10 from moco.pth: 17 weights under "state_dict.module.encoder_q."; passed over: state_dict.module.encoder_k.*, state_dict.module.queue, state_dict.module.queue_ptr and 2 counters of batch norm',
      );
      return weights;
    },
    ({ params, stats }) => {
      const back = encoder.stateDict!({ params, stats });
      for (const [name, values] of expected()) expect(Array.from(back[name]!.dataSync()), name).toEqual(values);
      tf.dispose(back);
    },
  ));

test('encoder.weights: init gives what the file has, and the config takes a path or its options', () => {
  const reports: string[] = [];
  const made = resnet(
    'resnet10',
    { ...options, weights: golden('half.pth') },
    { onImport: ({ prefix }) => reports.push(prefix) },
  );
  const { params, stats } = made.init(createRng(1, 'w'));
  expect(Array.from(params['layer1.0.bn2.weight']!.dataSync())).toEqual(expected().get('layer1.0.bn2.weight'));
  expect(reports).toEqual(['']);
  tf.dispose([params, stats]);
  const section = { ...options, weights: { file: 'a.pth', head: 'new' } };
  expect(resnetConfig.parse(section).weights).toEqual({ file: 'a.pth', head: 'new', convertStem: false });
  expect(() => resnetConfig.parse({ weights: { file: 'a.pth', haed: 'new' } })).toThrow();
});

test('a head that is drawn anew is the one of init, and the rest is loaded', () => {
  const mlp = resnet('resnet10', { ...options, head: { hidden: 5, dim: 4 } });
  const stored = readWeights(golden('half.pth'));
  expect(() => importWeights(stored, mlp, createRng(1, 'w'))).toThrow(
    /missing: fc\.0\.weight.*unexpected: fc\.weight.*Set weights\.head to new/s,
  );
  const { weights, plan } = importWeights(stored, mlp, createRng(1, 'w'), { head: 'new' });
  const fresh = mlp.init(createRng(1, 'w'));
  expect(plan.drawn).toEqual(['fc.0.weight', 'fc.0.bias', 'fc.2.weight', 'fc.2.bias']);
  expect(weights.params['fc.0.weight']).toBeAllClose(fresh.params['fc.0.weight']!, { rtol: 0, atol: 0 });
  expect(Array.from(weights.params['bn1.weight']!.dataSync())).toEqual(expected().get('bn1.weight'));
  tf.dispose([weights.params, weights.stats, fresh.params, fresh.stats]);
});

test('everything that does not fit is listed', () => {
  const given = new Map(Object.entries(encoder.shapes).map(([name, shape]) => [`backbone.${name}`, torchShape(shape)]));
  given.delete('backbone.bn1.bias');
  given.set('backbone.layer9.weight', [1]).set('backbone.fc.bias', [9]);
  const plan = planImport(given, encoder.shapes);
  expect(plan).toMatchObject({
    prefix: 'backbone.',
    missing: ['bn1.bias'],
    unexpected: ['layer9.weight'],
    misshaped: ['fc.bias is [9], not [3]'],
  });
});

describe('a first kernel of another stem', () => {
  const read = (count: number) => () => Float32Array.from({ length: count }, (_, at) => at + 1);

  test('7x7 to 3x3 is its centre, 3x3 to 5x5 has zeros around, gray to RGB is a third each', () => {
    expect([...convertStem({ shape: [1, 1, 7, 7], read: read(49) }, [1, 1, 3, 3])]).toEqual([17, 18, 19, 24, 25, 26, 31, 32, 33]);
    const wide = [...convertStem({ shape: [1, 1, 3, 3], read: read(9) }, [1, 1, 5, 5])];
    expect(wide).toEqual([0, 0, 0, 0, 0, 0, 1, 2, 3, 0, 0, 4, 5, 6, 0, 0, 7, 8, 9, 0, 0, 0, 0, 0, 0]);
    expect([...convertStem({ shape: [2, 1, 1, 1], read: read(2) }, [2, 3, 1, 1])]).toBeAllClose(
      [1, 1, 1, 2, 2, 2].map((v) => v / 3),
    );
  });

  test('is converted on request and an error without', () => {
    const stored = readWeights(golden('half.pth'));
    const imagenet = resnet('resnet10', { ...options, stem: 'imagenet' });
    expect(() => importWeights(stored, imagenet, createRng(1, 'w'))).toThrow(
      /conv1\.weight is \[2, 3, 3, 3\].*weights\.convertStem/s,
    );
    const { weights, plan } = importWeights(stored, imagenet, createRng(1, 'w'), { convertStem: true });
    expect(plan.stemConverted).toBe(true);
    expect(weights.params['conv1.weight']).toHaveShape([7, 7, 3, 2]);
    expect(weights.params['conv1.weight']!.dataSync().filter((v) => v !== 0).length).toBeLessThanOrEqual(54);
    tf.dispose([weights.params, weights.stats]);
  });
});

test('weights that are not finite are refused, file and tensor named', () => {
  const path = join(folder, 'nan.safetensors');
  const weights = Object.entries(encoder.shapes).map(([name, shape]) => {
    const data = new Float32Array(tf.util.sizeFromShape([...shape])).fill(name === 'bn1.bias' ? NaN : 1);
    return [name, { dtype: 'F32', shape: torchShape(shape), data }] as const;
  });
  writeFileSync(path, encodeSafetensors(weights));
  expect(() => resnet('resnet10', { ...options, weights: path }).init(createRng(1, 'w'))).toThrow(
    expect.objectContaining({
      code: 'MOCHI_WEIGHTS_NOT_FINITE',
      happened: `${path} has NaN among the values of bn1.bias.`,
    }) as Error,
  );
});

test('where weights decide the stem, no other is recommended; a checkpoint is laid over weights that need no file', () => {
  expect(resnet('resnet10').smallestView).toBe(128);
  const imported = resnet('resnet10', { ...options, weights: '/nowhere.pth' });
  expect(resnet('resnet10', { weights: '/nowhere.pth' }).smallestView).toBeUndefined();
  expect(() => imported.init(createRng(1, 'w'))).toThrow(expect.objectContaining({ code: 'MOCHI_WEIGHTS_UNREADABLE' }) as Error);
  const { params, stats } = imported.draw!(createRng(1, 'w'));
  expect(Object.keys({ ...params, ...stats }).sort()).toEqual(Object.keys(encoder.shapes).sort());
  tf.dispose([params, stats]);
});

test('safetensors of 32 and 64 bits', () => {
  const bytes = encodeSafetensors([
    ['a', { dtype: 'F32', shape: [2], data: Float32Array.of(1, 2) }],
    ['b', { dtype: 'F64', shape: [1, 1], data: Float64Array.of(3) }],
  ]);
  const stored = parseWeights(bytes);
  expect([...stored.get('a')!.read()]).toEqual([1, 2]);
  expect(stored.get('b')!.read()).toEqual(Float32Array.of(3));
});

describe('a file that is no checkpoint', () => {
  const ascii = (text: string): number[] => [...Buffer.from(text, 'latin1')];
  /** os.system('...'), as an attack writes it, in protocols 2 and 4. */
  const attack = Uint8Array.from([0x80, 2, ...ascii('cposix\nsystem\nX'), 4, 0, 0, 0, ...ascii('true'), 0x85, ...ascii('R.')]);
  const stacked = Uint8Array.from([0x80, 4, 0x8c, 8, ...ascii('builtins'), 0x8c, 4, ...ascii('eval'), 0x93, ...ascii('.')]);
  const zip = (pickle: Uint8Array, level: 0 | 6 = 0): Uint8Array => zipSync({ 'archive/data.pkl': [pickle, { level }] });

  test.each([
    { name: 'a pickle', bytes: attack, says: 'posix.system' },
    { name: 'a pickle in an archive', bytes: zip(attack), says: 'posix.system' },
    { name: 'names from the stack', bytes: zip(stacked), says: 'builtins.eval' },
  ])('$name that would run code is refused by name', ({ bytes, says }) => {
    expect(() => parseWeights(bytes)).toThrow(expect.objectContaining({ code: 'MOCHI_PICKLE_REFUSED' }) as Error);
    expect(() => parseWeights(bytes)).toThrow(says);
  });

  const pickle = (...ops: number[]) => Uint8Array.from([0x80, 2, ...ops]);
  test.each([
    { name: 'cut short', bytes: zip(pickle(0x58, 9, 0, 0, 0, 0x41)), says: 'cut short' },
    { name: 'an unknown opcode', bytes: zip(pickle(0xff)), says: 'opcode 0xff' },
    { name: 'an empty stack', bytes: zip(pickle(0x2e)), says: 'more from the stack' },
    { name: 'no weights in it', bytes: zip(pickle(0x7d, 0x2e)), says: 'no state_dict' },
    { name: 'a pickle of something else', bytes: pickle(0x4b, 1, 0x2e), says: 'torch.save did not write' },
    {
      name: 'an archive of something else',
      bytes: zipSync({ 'a.txt': [Uint8Array.of(1), { level: 0 }] }),
      says: 'without data.pkl',
    },
    { name: 'a compressed archive', bytes: zip(new Uint8Array(1000), 6), says: 'compressed' },
    { name: 'a damaged archive', bytes: zip(attack).subarray(0, 40), says: 'damaged' },
    { name: 'a recursive call', bytes: zip(pickle(0x4b, 1, 0x29, 0x52, 0x2e)), says: 'no listed name' },
  ])('$name', ({ bytes, says }) => {
    const path = join(folder, 'broken.pth');
    writeFileSync(path, bytes);
    expect(() => readWeights(path)).toThrow(expect.objectContaining({ code: 'MOCHI_WEIGHTS_FILE' }) as Error);
    expect(() => readWeights(path)).toThrow(says);
    expect(() => readWeights(path)).toThrow(/^.*broken\.pth is no checkpoint/);
  });

  test('that is not there', () =>
    expect(() => readWeights(join(folder, 'none.pth'))).toThrow(
      expect.objectContaining({
        code: 'MOCHI_WEIGHTS_UNREADABLE',
        happened: expect.stringMatching(/^The weights file \S+none\.pth cannot be read/) as string,
      }) as Error,
    ));

  test('a tensor that reaches past its storage', () => {
    const stored = readWeights(golden('half.pth'));
    expect(stored.size).toBeGreaterThan(0);
    const { storage, ...view } = { storage: { type: 'FloatStorage', key: '0' }, offset: 1, shape: [2], strides: [1] };
    expect(() => elementsOf({ storage, ...view } as never, new Map([['0', new Uint8Array(8)]]))).toThrow(/past the end/);
  });
});
