import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeSafetensors, readSafetensors } from '@mochi/tensorflow';
import { beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { duplicates, embed, evaluate, exportEncoder, loadEncoder, search, train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig, using } from './tiny-run.js';

const out = temporaryFolder();
const run = join(out, 'run');
let root: string;

beforeAll(async () => {
  root = await imageFolder(12);
  await train(tinyConfig(root, { train: { steps: 2, batchSize: 4 } }), { runDir: run });
});

const first = () => join(root, 'even', '000.png');
const golden = (name: string): string => new URL(`../../encoders/test/golden/${name}`, import.meta.url).pathname;

test('of a weights file the caller says what cannot be read off it, here which of two stems', async () => {
  const exported = join(out, 'exported.safetensors');
  await exportEncoder(run, { format: 'torchvision', to: exported });
  const file = join(out, 'nameless.safetensors');
  writeFileSync(file, encodeSafetensors(readSafetensors(readFileSync(exported)))); // the weights, without a word of where they are from
  await expect(loadEncoder(file)).rejects.toMatchObject({ code: 'MOCHI_WEIGHTS_ENCODER', message: /small and cifar/ });
  const { encoder: whole } = tinyConfig(root) as { encoder: Record<string, unknown> };
  const rows: Float32Array[][] = [];
  for (const encoder of [whole, { stem: 'small' }, { name: 'resnet10', stem: 'small', weights: { prefix: '' } }])
    await using(loadEncoder(file, { encoder, size: 16 }), async (loaded) => {
      expect([loaded.name, loaded.dims]).toEqual(['resnet10', { backbone: 8, head: 8 }]);
      rows.push(await loaded.embed([first()], { layer: 'head' }));
    });
  const want = await using(loadEncoder(run), (loaded) => loaded.embed([first()], { layer: 'head' }));
  expect(want[0]!.every(Number.isFinite)).toBe(true);
  expect(rows).toEqual([want, want, want]);
});

test('what the caller says of a weights file and the weights contradict is an error that says both', async () => {
  const says = (encoder: Record<string, unknown>) => loadEncoder(golden('half.pth'), { encoder: { stem: 'cifar', ...encoder } });
  await expect(says({ width: 4 })).rejects.toMatchObject({
    code: 'MOCHI_WEIGHTS_MISMATCH',
    message: /half\.pth does not fit.*have width: 2, the config width: 4.*Write in encoder: width: 2/s,
  });
  await expect(says({ head: { kind: 'mlp' } })).rejects.toMatchObject({ code: 'MOCHI_WEIGHTS_MISMATCH' });
  await expect(says({ weights: { file: 'other.pth' } })).rejects.toMatchObject({ code: 'MOCHI_ARGUMENT' });
  await expect(says({ weights: { haed: 'new' } })).rejects.toMatchObject({ code: 'MOCHI_CONFIG_INVALID' });
  await expect(says({ weights: { prefix: 'teacher.' } })).rejects.toMatchObject({ code: 'MOCHI_WEIGHTS_PREFIX' });
});

test('how a weights file is to be read is heeded: mean and deviation, another first kernel, no head; the log says what was read', async () => {
  const lines: string[] = [];
  const log = { info: (line: string) => lines.push(line), warn: () => undefined };
  const encoder = { stem: 'imagenet', weights: { head: 'new', convertStem: true } };
  const half = [0.5, 0.5, 0.5] as const;
  await using(loadEncoder(golden('half.pth'), { encoder, size: 32, mean: half, std: half, log }), (loaded) => {
    expect(loaded.preprocessing).toMatchObject({ size: 32, mean: half, std: half });
    expect(loaded.dims.head).toBe(0);
    return Promise.resolve();
  });
  expect(lines).toEqual([expect.stringMatching(/^resnet10 from .*half\.pth: 15 weights; the first kernel converted; /)]);
  await expect(loadEncoder(golden('half.pth'), { overrides: ['encoder.width=4'] })).rejects.toMatchObject({
    code: 'MOCHI_ARGUMENT',
  });
  await expect(loadEncoder(run, { size: 96 })).rejects.toMatchObject({ code: 'MOCHI_ARGUMENT', message: /"size".*a run/ });
});

test('images are embedded by weights with the sections encoder and augment alone; without data they are asked for', async () => {
  const weights = join(out, 'alone.safetensors');
  await exportEncoder(run, { format: 'torchvision', to: weights });
  const { encoder, augment } = tinyConfig(root) as { encoder: object; augment: object };
  const config = join(out, 'alone.yaml');
  writeFileSync(config, stringify({ augment, encoder: { ...encoder, weights } }));
  const table = await embed(config, { data: { name: 'image-folder', root } });
  const whole = await embed(run);
  expect(Array.from(table.features)).toBeAllClose(Array.from(whole.features), { rtol: 1e-3, atol: 1e-3 });
  await expect(embed(config)).rejects.toMatchObject({ code: 'MOCHI_SECTION_MISSING', message: /data/ });
});

test('a run that began from weights goes on without their file, and reads nothing of it', async () => {
  const weights = join(out, 'beginning.safetensors');
  await exportEncoder(run, { format: 'torchvision', to: weights });
  const { encoder } = tinyConfig(root) as { encoder: object };
  const config = (steps: number) => tinyConfig(root, { train: { steps, batchSize: 4 }, encoder: { ...encoder, weights } });
  const [parts, moved] = [join(out, 'parts'), join(out, 'moved')];
  await train(config(1), { runDir: parts });
  renameSync(weights, `${weights}-gone`);
  renameSync(parts, moved);
  const lines: string[] = [];
  const log = { info: (line: string) => lines.push(line), warn: () => undefined };
  const end = await train(config(2), { runDir: moved, resume: true, log });
  expect(end).toMatchObject({ outcome: 'finished', step: 2 });
  expect(lines.filter((line) => line.includes('weights'))).toEqual([]);
  await expect(train(config(2))).rejects.toMatchObject({ code: 'MOCHI_WEIGHTS_UNREADABLE' });
});

test('weights without a head are the backbone alone: its features are those of the whole, and the head is refused', async () => {
  const to = join(out, 'backbone.safetensors');
  await exportEncoder(run, { format: { name: 'torchvision', head: 'drop' }, to });
  const [want] = await using(loadEncoder(run), (loaded) => loaded.embed([first()]));
  await using(loadEncoder(to), async (loaded) => {
    const [got] = await loaded.embed([first()]);
    expect(got).toEqual(want);
    expect(loaded.dims).toEqual({ backbone: want!.length, head: 0 });
    await expect(loaded.embed([first()], { layer: 'head' })).rejects.toMatchObject({ code: 'MOCHI_ENCODER_HEADLESS' });
  });
});

test('features that are no numbers are refused, and not written or ranked', async () => {
  const section = { name: 'resnet10', stem: 'cifar', width: 2, stages: 1, head: { dim: 8 } };
  const encoder = { ...section, weights: { file: golden('half.pth'), head: 'new' } }; // made up: of some units the variance is below 0
  const config = join(out, 'not-finite.yaml');
  writeFileSync(config, stringify({ augment: { name: 'moco-v2', size: 16 }, data: { name: 'image-folder', root }, encoder }));
  for (const call of [() => embed(config), () => search(config, first()), () => duplicates(config, root)])
    await expect(call()).rejects.toMatchObject({ code: 'MOCHI_FEATURES_NOT_FINITE' });
  const [result] = await using(loadEncoder(config), (loaded) => loaded.embedSettled([first()]));
  expect(result).toMatchObject({ reason: { code: 'MOCHI_FEATURES_NOT_FINITE', message: expect.stringContaining('000.png') } });
});

test('a weights file in place of a run or a config: what to write is said', async () => {
  const says = {
    code: 'MOCHI_WEIGHTS_KIND',
    message: /half\.pth is a weights file.*encoder: \{ name: resnet18, weights: .*loadEncoder/s,
  };
  await expect(evaluate(golden('half.pth'), { evaluators: ['knn'] })).rejects.toMatchObject(says);
  await expect(embed(golden('half.pth'))).rejects.toMatchObject(says);
});

test('weights are measured with the sections data, augment and encoder alone', async () => {
  const weights = join(out, 'measured.safetensors');
  await exportEncoder(run, { format: 'torchvision', to: weights });
  const { encoder, augment, data } = tinyConfig(root) as { encoder: object; augment: object; data: object };
  const config = join(out, 'measured.yaml');
  writeFileSync(config, stringify({ data, augment, encoder: { ...encoder, weights: { file: weights, head: 'new' } } }));
  const evaluators = [{ name: 'knn', k: 3, test: 'train' }];
  const measured = await evaluate(config, { evaluators, overrides: ['train.batchSize=4'] }); // as the run: its features to the bit
  expect(measured.failures).toEqual([]);
  expect(measured.results['knn/top1']!.value).toBe((await evaluate(run, { evaluators })).results['knn/top1']!.value);
});
