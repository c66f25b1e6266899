import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isMochiError, type MochiError } from '@mochi/contract';
import { liveHandles } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import {
  duplicates,
  embed,
  evaluate,
  exportEncoder,
  loadEncoder,
  planTraining,
  search,
  startTraining,
  train,
} from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

const out = temporaryFolder();
const run = join(out, 'run');
let root: string;
let png: Buffer;
beforeAll(async () => {
  root = await imageFolder(8);
  png = readFileSync(join(root, 'even', '000.png'));
  await train(tinyConfig(root, { train: { steps: 1, batchSize: 4 } }), { runDir: run });
});

/** What a program in plain JavaScript may pass. */
const loose = (value: unknown): never => value as never;

const errorOf = (call: Promise<unknown>): Promise<MochiError> =>
  call.then(
    () => expect.unreachable(),
    (error: unknown) => {
      if (!isMochiError(error)) throw error;
      return error;
    },
  );

test('images that are none, each by its reason and without a word of TensorFlow, and the others as if alone', async () => {
  const encoder = await loadEncoder(run);
  const reasons: [string, string | Uint8Array, RegExp][] = [
    ['text', Buffer.from('hello world'), /number \d of the list cannot be read: its first bytes are 68 65 6c 6c 6f 20 77 6f/],
    ['nothing', new Uint8Array(0), /it is empty/],
    ['cut short', png.subarray(0, 100), /Invalid PNG data, size 100\.$/],
    ['a JPEG of nine bytes', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16, 1, 2, 3]), /Invalid JPEG data, size 9\.$/],
    ['a claim', Buffer.concat([Buffer.from('BM'), Buffer.alloc(60, 1)]), /more than 67108864 pixels\.$/],
    ['a path to nowhere', '/nowhere.png', /\/nowhere\.png cannot be read: there is no such file\.$/],
    ['a folder', root, /it is a folder\.$/],
  ];
  const results = await encoder.embedSettled([png, ...reasons.map(([, image]) => image), png]);
  const alone = await encoder.embed([png]);
  expect(results.at(0)).toEqual({ status: 'fulfilled', value: alone[0] });
  expect(results.at(-1)).toEqual(results.at(0));
  for (const [at, [name, , reason]] of reasons.entries()) {
    const error = (results[at + 1] as PromiseRejectedResult).reason as MochiError;
    expect([name, error.code]).toEqual([name, 'MOCHI_IMAGE_UNREADABLE']);
    expect(error.happened).toMatch(reason);
    expect(error.message).not.toMatch(/TensorFlow|\{\{|\[\[|node |branch/);
  }
  await encoder.dispose();
});

test.each([
  ['a path alone', 'photo.jpg', {}, /the text "photo\.jpg" as images.*embed\(\[image\]\)/s],
  ['a file alone', new Uint8Array(3), {}, /a Uint8Array as images.*embed\(\[image\]\)/s],
  ['nothing', undefined, {}, /undefined as images/],
  ['a number', ['a.png', 3], {}, /Image 1 of the list is the number 3/],
  ['an ArrayBuffer', [new ArrayBuffer(8)], {}, /Image 0 of the list is a ArrayBuffer.*new Uint8Array\(buffer\)/s],
  ['pixels', [Float32Array.of(1, 2)], {}, /Image 0 of the list is a Float32Array/],
  ['no layer', ['a.png'], { layer: 'bakbone' }, /no layer "bakbone".*one of: backbone, head.*Did you mean "backbone"/s],
  ['no option', ['a.png'], { lyer: 'head' }, /no option "lyer".*Did you mean "layer"/s],
  ['no options', ['a.png'], 'head', /the text "head" as options/],
])('an encoder that is given %s says so before TensorFlow sees it', async (_, images, options, says) => {
  const encoder = await loadEncoder(run);
  const before = liveHandles();
  for (const call of [encoder.embed, encoder.embedSettled]) {
    const error = await errorOf(call(loose(images), loose(options)));
    expect(error.code).toBe('MOCHI_ARGUMENT');
    expect(error.message).toMatch(says);
  }
  expect(liveHandles()).toEqual(before);
  await encoder.dispose();
});

test('a tensor is not an image file', async () => {
  const encoder = await loadEncoder(run);
  const image = tf.zeros([1, 16, 16, 3]);
  expect((await errorOf(encoder.embed(loose([image])))).message).toMatch(/Image 0 of the list is a Tensor.*encoder\.apply/s);
  image.dispose();
  await encoder.dispose();
});

test('dispose waits for what is under way, may be called again, and ends the encoder', async () => {
  const encoder = await loadEncoder(run);
  const under = encoder.embed([png]);
  const disposals = [encoder.dispose(), encoder.dispose()];
  expect(await under).toHaveLength(1);
  await Promise.all(disposals);
  expect((await errorOf(encoder.embed([png]))).code).toBe('MOCHI_ENCODER_DISPOSED');
});

test.each([
  ['train', () => train({}, loose({ runDirectory: 'x' })), /train has no option "runDirectory"/],
  ['train', () => train({}, loose({ rundir: 'x' })), /Did you mean "runDir"/],
  ['train', () => train(loose(undefined)), /undefined as config/],
  ['evaluate', () => evaluate('x', loose({ evaluator: ['knn'] })), /Did you mean "evaluators"/],
  ['embed', () => embed('x', loose({ oute: 'y.npy' })), /Did you mean "out"/],
  ['embed', () => embed('x', { layer: loose('top') }), /no layer "top"/],
  ['loadEncoder', () => loadEncoder('x', loose({ wich: 'key' })), /Did you mean "which"/],
  ['loadEncoder', () => loadEncoder(loose({})), /a Object as path/],
  ['loadEncoder', () => loadEncoder('x', loose({ onEvent: () => undefined })), /no option "onEvent"/],
  ['train', () => train(loose(null)), /null as config/],
  ['train', () => train({}, loose(null)), /null as options/],
  ['train', () => train({}, loose('runs/x')), /the text "runs\/x" as options/],
  ['train', () => train({}, { runDir: loose(5) }), /"runDir" of train is the number 5.*the path of a folder/s],
  ['train', () => train({}, { resume: loose(1) }), /"resume" of train is the number 1/],
  ['train', () => train({}, { log: loose(true) }), /"log" of train is the boolean true.*log: console/s],
  ['train', () => train({}, { onEvent: loose('x') }), /"onEvent" of train is the text "x".*a function/s],
  ['train', () => train({}, { signal: loose(new AbortController()) }), /AbortController.*controller\.signal/s],
  ['train', () => train({}, { overrides: loose('sampler=uniform') }), /Put it into a list: \['sampler=uniform'\]/],
  ['train', () => train({}, { overrides: loose({ sampler: 'uniform' }) }), /"overrides" of train is a Object/],
  ['startTraining', () => startTraining({}, { signal: loose('x') }).done, /"signal" of train is the text "x"/],
  ['planTraining', () => planTraining({}, loose({ overides: [] })), /Did you mean "overrides"/],
  ['evaluate', () => evaluate('x', { evaluators: loose('knn') }), /"evaluators".*Put it into a list: \['knn'\]/s],
  ['embed', () => embed('x', { data: '/photos' }), /\{ name: 'image-folder', root: '\/photos' \}/],
  ['exportEncoder', () => exportEncoder('x', loose(undefined)), /undefined as options.*Give an object with format and to/s],
  ['exportEncoder', () => exportEncoder('x', loose({ format: 'onnx' })), /without the option "to"/],
  ['exportEncoder', () => exportEncoder(loose(undefined), { format: 'onnx', to: 'y' }), /undefined as path/],
  ['search', () => search('x', loose(undefined)), /undefined as image.*an image file/s],
  ['search', () => search('x', 'y.png', { count: loose('three') }), /the text "three".*a whole number from 1/s],
  ['search', () => search('x', 'y.png', { count: 0 }), /a whole number from 1/],
  ['duplicates', () => duplicates('x', loose(undefined)), /undefined as folder/],
  ['duplicates', () => duplicates('x', 'y', { least: 5 }), /the number 5.*a cosine above 0, at most 1/s],
])('%s refuses in plain JavaScript what TypeScript would', async (_, call, says) => {
  const error = await errorOf(call());
  expect([error.code, error.message]).toEqual(['MOCHI_ARGUMENT', expect.stringMatching(says)]);
});

test('a path that is no run says what is there, and what a run folder is', async () => {
  writeFileSync(join(out, 'notes.txt'), '');
  const starting = join(out, 'starting');
  mkdirSync(starting);
  copyFileSync(join(run, 'config.json'), join(starting, 'config.json'));
  const says: [string, RegExp][] = [
    [join(out, 'nowhere'), /The folder .*nowhere does not exist.*mochi train --run DIR, or train with runDir, wrote/s],
    [root, /is no run folder: it has no checkpoints/],
    [starting, /has no checkpoint yet.*--resume/s],
  ];
  for (const [path, words] of says) {
    const error = await errorOf(embed(path));
    expect([error.code, error.message]).toEqual(['MOCHI_CHECKPOINT_MISSING', expect.stringMatching(words)]);
  }
});

test('a run without evaluators has nothing to measure, and says so', async () => {
  const error = await errorOf(evaluate(run));
  expect([error.code, error.message]).toEqual(['MOCHI_ARGUMENT', expect.stringMatching(/has no evaluators.*--evaluators knn/s)]);
});

test('what is aborted before it begins rejects with the reason before it looks at anything', async () => {
  const signal = AbortSignal.abort(new Error('too late'));
  for (const call of [
    () => evaluate('nowhere', { signal }),
    () => embed('nowhere', { signal }),
    () => search('nowhere', 'x.png', { signal }),
    () => duplicates('nowhere', 'nowhere', { signal }),
  ])
    await expect(call()).rejects.toBe(signal.reason);
});

test('an encoder asked for by a section that is wrong, or of another network than the file says', async () => {
  const to = join(out, 'exported.safetensors');
  await exportEncoder(run, { format: 'torchvision', to });
  const says: [object, string, RegExp][] = [
    [{ encoder: { name: 'resnet10', widht: 8 } }, 'MOCHI_CONFIG_INVALID', /did you mean "width"/],
    [{ encoder: 'resnet50' }, 'MOCHI_WEIGHTS_ENCODER', /says that its weights are of the encoder resnet10, and resnet50/],
    [{ encoder: { widht: 8 } }, 'MOCHI_CONFIG_INVALID', /did you mean "width"/],
    [{ encoder: 8 }, 'MOCHI_ARGUMENT', /"encoder" of loadEncoder is the number 8/],
  ];
  for (const [options, code, words] of says) {
    const error = await errorOf(loadEncoder(to, options));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
  }
});

test('a weights file that is not there, or is none, is named', async () => {
  const file = (name: string, content: string | Buffer): string => {
    writeFileSync(join(out, name), content);
    return join(out, name);
  };
  const encoder = { name: 'resnet18' };
  const says: [string, object, string, RegExp][] = [
    [join(out, 'gone.safetensors'), {}, 'MOCHI_WEIGHTS_UNREADABLE', /gone\.safetensors cannot be read: there is no such file/],
    [join(out, 'gone.pth'), { encoder }, 'MOCHI_WEIGHTS_UNREADABLE', /gone\.pth cannot be read: there is no such file/],
    [file('cut.safetensors', 'hello'), {}, 'MOCHI_WEIGHTS_FILE', /cut\.safetensors is no checkpoint.*5 bytes/s],
    [file('other.safetensors', png), { encoder }, 'MOCHI_WEIGHTS_FILE', /other\.safetensors is no checkpoint/],
    [file('model.onnx', 'hello'), {}, 'MOCHI_WEIGHTS_KIND', /model\.onnx is a file of a kind/],
    [file('model.weights', 'hello there'), { encoder }, 'MOCHI_WEIGHTS_FILE', /model\.weights is no checkpoint/],
  ];
  for (const [path, options, code, words] of says) {
    const error = await errorOf(loadEncoder(path, options));
    expect([error.code, error.message]).toEqual([code, expect.stringMatching(words)]);
  }
});
