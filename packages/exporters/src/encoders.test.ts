import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EncoderWeights, TrainedEncoder } from '@mochi/contract';
import { disposeTree, execute, liveHandles, readSafetensors, readSafetensorsMetadata, startTensorFlow } from '@mochi/tensorflow';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import protobuf from 'protobufjs';
import { afterAll, describe, expect, test } from 'vitest';
import { chromium, runInChromium } from '../test/browser/run-in-chromium.js';
import { referenceOf, SIZE, toNchw, trainedTiny, type Reference } from '../test/tiny-encoder.js';
import { detectron2Name, writeDetectron2, writeOnnx, writeSavedModel, writeTfjs, writeTorchvision } from './index.js';

await startTensorFlow();
env.wasm.numThreads = 1;

const folder = mkdtempSync(join(tmpdir(), 'mochi-encoders-'));
const trained = trainedTiny();
afterAll(() => {
  disposeTree(trained.weights);
  rmSync(folder, { recursive: true, force: true });
});

const close = (got: ArrayLike<number>, want: ArrayLike<number>) =>
  expect(Array.from(got)).toBeAllClose(Array.from(want), { rtol: 1e-4, atol: 1e-4 });

describe('onnx', () => {
  const path = join(folder, 'onnx', 'tiny.onnx');
  const runOnnx = async (file: string, { images }: Reference, batch: number) => {
    const session = await InferenceSession.create(readFileSync(file));
    const answer = await session.run({ images: new Tensor('float32', toNchw(images, batch, SIZE), [batch, 3, SIZE, SIZE]) });
    return { names: session.outputNames, answer };
  };

  test.each([1, 4])('onnxruntime gives the same for a batch of %i', async (batch) => {
    await writeOnnx(trained, path);
    const reference = referenceOf(trained, batch);
    const { answer, names } = await runOnnx(path, reference, batch);
    expect(names).toEqual(['backbone', 'head']);
    expect(answer['head']!.dims).toEqual([batch, 5]);
    for (const name of ['backbone', 'head'] as const) close(answer[name]!.data as Float32Array, reference.outputs[name]);
  });

  test('the head can be left out, with its weights', async () => {
    const backbone = join(folder, 'onnx', 'backbone.onnx');
    await writeOnnx(trained, backbone, { outputs: ['backbone'] });
    const reference = referenceOf(trained, 2);
    const { answer } = await runOnnx(backbone, reference, 2);
    expect(Object.keys(answer)).toEqual(['backbone']);
    close(answer['backbone']!.data as Float32Array, reference.outputs.backbone);
    expect(readFileSync(backbone).includes('fc.weight')).toBe(false);
    expect(readFileSync(path).includes('fc.weight')).toBe(true);
  });

  test('says its opset, and how images become inputs; machine paths stay at home', () => {
    const schema = `syntax = "proto3"; message E { string key = 1; string value = 2; } message O { string domain = 1; int64 version = 2; }
      message M { int64 ir_version = 1; repeated O opset_import = 8; repeated E metadata_props = 14; }`;
    const type = protobuf.parse(schema, { keepCase: true }).root.lookupType('M');
    const model = type.toObject(type.decode(readFileSync(path)), { longs: Number }) as Record<
      string,
      { key: string; value: string }[]
    >;
    expect(model).toMatchObject({ ir_version: 8, opset_import: [{ version: 17 }] });
    const entries = Object.fromEntries(model['metadata_props']!.map(({ key, value }) => [key, JSON.parse(value) as object]));
    expect(entries['mochi.preprocessing']).toMatchObject({
      size: SIZE,
      resize: 20,
      resizeSmall: SIZE,
      mean: [0.1, 0.2, 0.3],
      std: [0.5, 0.6, 0.7],
    });
    expect(entries['mochi.encoder']).toEqual({ name: 'tiny', dims: { backbone: 8, head: 5 } });
  });

  test('an op without counterpart is an error that names it, and nothing is written', async () => {
    const odd: TrainedEncoder = trainedTiny({
      encoder: {
        ...trained.encoder,
        apply: (weights: EncoderWeights, images: tf.Tensor4D) => {
          const { head, stats } = trained.encoder.apply(weights, images, 'eval');
          const backbone = execute('Digamma', [], [head])[0] as tf.Tensor2D;
          return { backbone, head, stats };
        },
      },
    });
    await expect(writeOnnx(odd, join(folder, 'never.onnx'))).rejects.toMatchObject({
      code: 'MOCHI_EXPORT_OPERATOR',
      message: expect.stringContaining('Digamma'),
    });
    expect(existsSync(join(folder, 'never.onnx'))).toBe(false);
    disposeTree(odd.weights);
  });
});

describe('tfjs', () => {
  const path = join(folder, 'tfjs');
  const load = (from: string) => {
    const { modelTopology, signature, userDefinedMetadata, weightsManifest } = JSON.parse(
      readFileSync(join(from, 'model.json'), 'utf8'),
    ) as Record<string, { paths: string[]; weights: tf.io.WeightsManifestEntry[] }[]>;
    const weightData = Uint8Array.from(
      Buffer.concat(weightsManifest![0]!.paths.map((file) => readFileSync(join(from, file)))),
    ).buffer;
    const artifacts = {
      format: 'graph-model',
      modelTopology,
      signature,
      userDefinedMetadata,
      weightSpecs: weightsManifest![0]!.weights,
      weightData,
    };
    return loadGraphModel({ load: async () => artifacts as unknown as tf.io.ModelArtifacts });
  };

  test('the graph model gives the same for any batch, here on the native backend', async () => {
    await writeTfjs(trained, path);
    const model = await load(path);
    expect(model.inputs.map(({ name, shape }) => ({ name, shape }))).toEqual([{ name: 'images', shape: [-1, SIZE, SIZE, 3] }]);
    for (const batch of [1, 3]) {
      const { images, outputs } = referenceOf(trained, batch);
      const input = tf.tensor(images, [batch, SIZE, SIZE, 3]);
      const [backbone, head] = model.execute({ images: input }, ['backbone', 'head']) as tf.Tensor[];
      close(backbone!.dataSync(), outputs.backbone);
      close(head!.dataSync(), outputs.head);
      tf.dispose([input, backbone!, head!]);
    }
    model.dispose();
  });

  const browser = chromium();
  test.skipIf(browser === undefined)('and in Chromium on the WASM backend (skipped where there is no Chromium)', async () => {
    await writeTfjs(trained, path);
    const { images, outputs } = referenceOf(trained, 2);
    const names = ['backbone', 'head'] as const;
    const answer = await runInChromium(browser!, { model: path, images, shape: [2, SIZE, SIZE, 3], outputs: names });
    expect(answer.backend).toBe('wasm');
    for (const name of names) close(answer.values[name]!, outputs[name]);
  });
});

describe('saved-model', () => {
  test('holds the graph, a signature for any batch, and the preprocessing', async () => {
    const path = join(folder, 'saved');
    await writeSavedModel(trained, path);
    const schema = `syntax = "proto3"; message S { int64 size = 1; } message H { repeated S dim = 2; } message I { string name = 1; int32 dtype = 2; H tensor_shape = 3; }
      message G { map<string, I> inputs = 1; map<string, I> outputs = 2; string method_name = 3; } message N { string name = 1; string op = 2; }
      message F { repeated N node = 1; } message T { repeated string tags = 4; } message M { T meta_info_def = 1; F graph_def = 2; map<string, G> signature_def = 5; }
      message V { int64 saved_model_schema_version = 1; repeated M meta_graphs = 2; }`;
    const type = protobuf.parse(schema, { keepCase: true }).root.lookupType('V');
    const model = type.toObject(type.decode(readFileSync(join(path, 'saved_model.pb'))), { longs: Number });
    const [meta] = model['meta_graphs'];
    expect(meta.meta_info_def.tags).toEqual(['serve']);
    const { inputs, outputs, method_name } = meta.signature_def.serving_default;
    expect(inputs.images).toEqual({
      name: 'images:0',
      dtype: 1,
      tensor_shape: { dim: [-1, SIZE, SIZE, 3].map((size) => ({ size })) },
    });
    expect(outputs.head.tensor_shape.dim).toEqual([{ size: -1 }, { size: 5 }]);
    expect(method_name).toBe('tensorflow/serving/predict');
    const nodes = meta.graph_def.node as { name: string }[];
    const names = new Set(nodes.map(({ name }) => name));
    for (const name of ['images', 'backbone', 'head', ...Object.keys(trained.weights.params)]) expect(names).toContain(name);
    const extra = JSON.parse(readFileSync(join(path, 'assets.extra', 'mochi.json'), 'utf8')) as Record<string, string>;
    expect(JSON.parse(extra['mochi.preprocessing']!)).toMatchObject({ size: SIZE });
  });

  test('replaces an earlier export and nothing else', async () => {
    const path = join(folder, 'replaced');
    await writeSavedModel(trained, path);
    await writeSavedModel(trained, path, { outputs: ['head'] });
    expect(readdirSync(path).sort()).toEqual(['assets.extra', 'saved_model.pb']);
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'thesis.tex'), 'kept');
    await expect(writeTfjs(trained, other)).rejects.toMatchObject({ code: 'MOCHI_EXPORT_FOLDER' });
    expect(readdirSync(other)).toEqual(['thesis.tex']);
  });
});

describe('safetensors', () => {
  test('torchvision: names, layout and counters, and metadata', async () => {
    const path = join(folder, 'tv.safetensors');
    await writeTorchvision(trained, path);
    const bytes = readFileSync(path);
    const entries = readSafetensors(bytes);
    expect(entries.get('conv1.weight')!.shape).toEqual([4, 3, 7, 7]);
    expect(entries.get('fc.weight')!.shape).toEqual([5, 8]);
    expect(entries.get('bn1.num_batches_tracked')).toEqual({ dtype: 'I64', shape: [], data: BigInt64Array.of(7n) });
    const kernel = trained.weights.params['conv1.weight']!.arraySync() as number[][][][];
    expect(entries.get('conv1.weight')!.data[(1 * 3 + 2) * 49 + 3 * 7 + 4]).toBe(kernel[3]![4]![2]![1]);
    expect(readSafetensorsMetadata(bytes)['format']).toBe('pt');
    await writeTorchvision(trained, path, { head: 'drop' });
    expect([...readSafetensors(readFileSync(path)).keys()].filter((name) => name.startsWith('fc'))).toEqual([]);
  });

  test('detectron2: its names, without the head', async () => {
    const path = join(folder, 'd2.safetensors');
    await writeDetectron2(trained, path);
    expect([...readSafetensors(readFileSync(path)).keys()].sort()).toEqual([
      'res2.0.conv1.norm.bias',
      'res2.0.conv1.norm.weight',
      'res2.0.conv1.weight',
      'res2.0.shortcut.weight',
      'stem.conv1.norm.bias',
      'stem.conv1.norm.running_mean',
      'stem.conv1.norm.running_var',
      'stem.conv1.norm.weight',
      'stem.conv1.weight',
    ]);
  });

  test.each([
    ['layer4.2.conv3.weight', 'res5.2.conv3.weight'],
    ['layer1.0.downsample.1.running_var', 'res2.0.shortcut.norm.running_var'],
    ['layer3.11.bn2.bias', 'res4.11.conv2.norm.bias'],
    ['fc.0.bias', undefined],
  ])('%s is %s', (from, to) => expect(detectron2Name(from)).toBe(to));

  test.each([
    ['three convolutions', ['conv1.weight', 'conv2.weight', 'conv3.weight'], /conv2\.weight is no weight of a ResNet/],
    ['a stem alone', ['conv1.weight', 'bn1.bias', 'fc.weight'], /no stages \(layer1, layer2, \.\.\.\) of a ResNet/],
  ])('detectron2 has no such network: %s', async (_, names, says) => {
    const stateDict = () => Object.fromEntries(names.map((name) => [name, tf.zeros([1])]));
    const refused = writeDetectron2(
      { ...trained, encoder: { ...trained.encoder, stateDict } },
      join(folder, 'never.safetensors'),
    );
    await expect(refused).rejects.toMatchObject({ code: 'MOCHI_EXPORT_NAMES', happened: expect.stringMatching(says) as string });
  });

  test('an encoder without a state_dict, or with names of its own, is an error', async () => {
    const { stateDict: _, ...bare } = trained.encoder;
    const path = join(folder, 'never.safetensors');
    await expect(writeTorchvision({ ...trained, encoder: bare }, path)).rejects.toMatchObject({ code: 'MOCHI_EXPORT_NAMES' });
    const odd = { ...trained.encoder, stateDict: () => ({ 'blocks.0.attn': tf.zeros([1]) }) };
    await expect(writeDetectron2({ ...trained, encoder: odd }, path)).rejects.toMatchObject({
      code: 'MOCHI_EXPORT_NAMES',
      message: expect.stringContaining('blocks.0.attn'),
    });
  });
});

test('no export leaves a tensor behind', async () => {
  await writeOnnx(trained, join(folder, 'leak.onnx'));
  const before = liveHandles();
  await writeOnnx(trained, join(folder, 'leak.onnx'));
  await writeTfjs(trained, join(folder, 'leak-tfjs'));
  await writeTorchvision(trained, join(folder, 'leak.safetensors'));
  expect(liveHandles()).toEqual(before);
});
