import { createHash } from 'node:crypto';
import { appendFileSync, copyFileSync, cpSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, liveHandles } from '@mochi/tensorflow';
import { writeImages } from '@mochi/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { duplicates, embed, exportEncoder, loadEncoder, openEncoder, search, train, trainedEncoder } from '../src/index.js';
import { shownOf } from '../src/interchange/duplicates-sheet.js';
import { groupsOf } from '../src/interchange/similar.js';
import { imageFolder, temporaryFolder, tinyConfig, using } from './tiny-run.js';

const out = temporaryFolder();
const run = join(out, 'run');
let root: string;

beforeAll(async () => {
  root = await imageFolder(12);
  copyFileSync(join(root, 'even', '000.png'), join(root, 'odd', 'copy.png'));
  const knn = { name: 'knn', k: 3, test: 'train', atStart: true };
  const measured = { train: { steps: 2, batchSize: 4 }, evaluators: [knn], trackers: ['jsonl'] };
  await train(tinyConfig(root, measured), { runDir: run });
});

const first = () => join(root, 'even', '000.png');

test('options of an exporter are overrides, whether a run is exported or a config, which has no exporters', async () => {
  const config = join(out, 'plain.yaml');
  writeFileSync(config, stringify(tinyConfig(root)));
  for (const source of [run, config]) {
    const to = join(out, 'options.md');
    await exportEncoder(source, { format: 'card', to, overrides: ['exporters.0.licence=CC0-1.0'] });
    expect(readFileSync(to, 'utf8')).toContain('| licence of the weights | CC0-1.0 |');
  }
});

test('an output that cannot be written is refused before the images are looked at', async () => {
  const under = join(first(), 'below-a-file.npy');
  const data = { name: 'image-folder', root: join(out, 'no-images') };
  await expect(embed(run, { out: under, data })).rejects.toMatchObject({ code: 'MOCHI_EXPORT_UNWRITABLE' });
  await expect(exportEncoder(run, { format: 'onnx', to: under.replace('npy', 'onnx') })).rejects.toMatchObject({
    code: 'MOCHI_EXPORT_UNWRITABLE',
  });
});

test('search finds the image itself and its copy first', async () => {
  const found = await search(run, first(), { count: 3 });
  expect(found.slice(0, 2).map(({ name }) => name).sort()).toEqual(['even/000.png', 'odd/copy.png']); // prettier-ignore
  expect(found[0]!.similarity).toBeCloseTo(1, 4);
  expect(found).toHaveLength(3);
  await expect(search(run, join(root, 'none.png'))).rejects.toMatchObject({ code: 'MOCHI_IMAGE_UNREADABLE' });
});

test('search says which split it looked through, and which it did not', async () => {
  const said: string[] = [];
  const log = { info: (text: string) => said.push(text), warn: () => {} };
  const data = { name: 'image-folder', root, holdout: 0.25 };
  await search(run, first(), { data, split: 'test', log });
  expect(said.at(-1)).toMatch(/^Searched the split test, \d images\. Not searched: train; name one as the split, or all\.$/);
  await search(run, first(), { log });
  expect(said.at(-1)).toBe('Searched the split train, 13 images.');
  const all = await search(run, first(), { data, split: 'all', count: 20, log });
  expect(said.at(-1)).toBe('Searched the splits train, test, 13 images.');
  expect([all.length, new Set(all.map(({ split }) => split)), all[0]!.similarity]).toEqual([
    13,
    new Set(['train', 'test']),
    expect.closeTo(1, 4),
  ]);
  const one = await search(run, first(), { count: 20 }); // the same images, not divided
  expect(all.map(({ name }) => name).sort()).toEqual(one.map(({ name }) => name).sort());
});

test('embeddings say where they come from, and are of unit length where that was asked for', async () => {
  const to = join(out, 'origin.npy');
  const table = await embed(run, { out: to, layer: 'head', encoder: 'key', normalise: true });
  const origin = {
    encoder: 'key',
    layer: 'head',
    split: 'train',
    normalised: true,
    preprocessing: { size: 16, resizeSmall: 16 },
  };
  expect(table.origin).toMatchObject({ ...origin, run: { name: 'run', step: 2, mochi: expect.any(String) as string } });
  expect(JSON.parse(readFileSync(to.replace('npy', 'json'), 'utf8'))).toMatchObject({ origin });
  const plain = await embed(run, { layer: 'head', encoder: 'key' });
  expect(plain.origin).toMatchObject({ normalised: false });
  const [unit, given] = [table, plain].map(({ features, dim }) => features.subarray(0, dim));
  const length = Math.hypot(...given!);
  expect(unit).toBeAllClose([...given!].map((value) => value / length));
});

test.each([
  { format: 'torchvision', ending: 'onnx', fix: /x\.safetensors, or ask for the format onnx\.$/ },
  { format: 'detectron2', ending: 'pth', fix: /x\.safetensors\.$/ },
  { format: 'tfjs', ending: 'md', fix: /x, or ask for the format card\.$/ },
  { format: 'card', ending: 'npy', fix: /x\.md\.$/ },
])('$format is not written to a file that ends in $ending', async ({ format, ending, fix }) => {
  const to = join(out, `x.${ending}`);
  const refused = { code: 'MOCHI_EXPORT_FORMAT', fix: expect.stringMatching(fix) as string };
  await expect(exportEncoder(run, { format, to })).rejects.toMatchObject(refused);
  expect(existsSync(to)).toBe(false);
});

test('duplicates are grouped, and the sheet shows them', async () => {
  const sheet = join(out, 'duplicates.html');
  const groups = await duplicates(run, root, { least: 0.99999, sheet });
  expect(groups).toHaveLength(1);
  expect([...groups[0]!.names].sort()).toEqual(['even/000.png', 'odd/copy.png']);
  expect(groups[0]!.nearest).toEqual([1, 1].map((one) => expect.closeTo(one, 5) as number));
  const html = readFileSync(sheet, 'utf8');
  expect(html).toContain('1 group of near-duplicates: 2 of 13 images');
  expect(html.match(/<img alt="[^"]*000\.png"|<img alt="odd\/copy\.png"/g)).toHaveLength(2);
  expect(html).toContain('20 × 20 · 1 kB');
  const nowhere = join(root, 'even', '000.png', 'sheet.html');
  await expect(duplicates(run, root, { sheet: nowhere })).rejects.toMatchObject({ code: 'MOCHI_SHEET_UNWRITABLE' });
});

test('a sheet is small: thumbnails of 100 pixels, of a group the first, of the groups those that fit', async () => {
  const photos = temporaryFolder();
  await writeImages(photos, 2, 300);
  copyFileSync(join(photos, 'even', '000.png'), join(photos, 'copy.png'));
  const sheet = join(out, 'photos.html');
  await duplicates(run, photos, { least: 0.99999, sheet });
  const html = readFileSync(sheet, 'utf8');
  expect(html).toContain('300 × 300');
  const [url] = /data:image\/jpeg;base64,[^"]*/.exec(html)!;
  expect(shapeOf(Buffer.from(url.slice(url.indexOf(',') + 1), 'base64'))).toEqual([100, 100, 3]);
  expect(html.length).toBeLessThan(10_000);
  const rows = (count: number) => Array.from({ length: count }, (_, row) => row);
  expect(shownOf([rows(2), rows(30), rows(3)])).toEqual([rows(2), rows(24), rows(3)]);
  expect(shownOf(Array.from({ length: 300 }, () => rows(3)))).toHaveLength(133);
});
/** Height, width and channels of a JPEG. */
const shapeOf = (bytes: Uint8Array): number[] =>
  tf.tidy(() => execute('DecodeJpeg', [], [tf.tensor([bytes as unknown as string], [], 'string')])[0]!.shape);

test('groups of rows: through others too, the surest first, each row with its nearest', () => {
  const pairs = [
    { a: 7, b: 2, similarity: 0.96 },
    { a: 0, b: 5, similarity: 0.99 },
    { a: 2, b: 4, similarity: 0.999 },
  ];
  expect(groupsOf(8, pairs)).toEqual([
    { rows: [0, 5], similarity: [0.99, 0.99], nearest: [0.99, 0.99] },
    { rows: [2, 4, 7], similarity: [0.96, 0.999], nearest: [0.999, 0.999, 0.96] },
  ]);
});

test('an exporter of embeddings takes no encoder, and the other way round; a run has no other encoders', async () => {
  await expect(exportEncoder(run, { format: 'npy', to: join(out, 'x') })).rejects.toMatchObject({ code: 'MOCHI_EXPORT_FORMAT' });
  await expect(embed(run, { format: 'onnx' })).rejects.toMatchObject({ code: 'MOCHI_EXPORT_FORMAT' });
  await expect(exportEncoder(run, { format: 'onnx', to: join(out, 'x'), encoder: 'teacher' })).rejects.toMatchObject({
    code: 'MOCHI_ENCODER_UNKNOWN',
  });
});

test('the card has the data that the run saw, and opening leaves nothing behind', async () => {
  const card = join(out, 'card.md');
  await exportEncoder(run, { format: { name: 'card', licence: 'CC0-1.0' }, to: card });
  const before = liveHandles();
  const opened = await openEncoder(run);
  const { facts } = await trainedEncoder(opened);
  const { splits } = await facts.fingerprint();
  await opened.dispose();
  expect(liveHandles()).toEqual(before);
  const text = readFileSync(card, 'utf8');
  expect(text).toContain('CC0-1.0');
  expect(text).toContain(splits[0]!.namesSha256);
  expect(text).toContain('| train | 13 | 2 |');
  expect(text).toMatch(
    /\| knn\/top1 \| [\d.]+ % \[[\d.]+, [\d.]+\], n 13 \| 50\.00 % \| [\d.]+ % \| higher \| [^|]*k 3, [^|]*test train/,
  );
  expect(text).toContain('# run\n');
  expect(text).not.toContain(tmpdir());
});

test('a run from weights of others, and a config that has only them, name the file with its hash', async () => {
  const [weights, tuned] = [join(out, 'others.safetensors'), join(out, 'tuned')];
  await exportEncoder(run, { format: 'torchvision', to: weights });
  const { encoder } = tinyConfig(root) as { encoder: object };
  const config = tinyConfig(root, { encoder: { ...encoder, weights: { file: weights } }, train: { steps: 1, batchSize: 4 } });
  await train(config, { runDir: tuned });
  const sha256 = createHash('sha256').update(readFileSync(weights)).digest('hex');
  const recorded = () => JSON.parse(readFileSync(join(tuned, 'environment.json'), 'utf8')) as Record<string, string>;
  const { begun } = recorded();
  expect(recorded()).toMatchObject({ initialWeights: { file: 'others.safetensors', sha256 } });
  appendFileSync(weights, ' '); // another file by now: the run keeps what it began from
  await train({ ...config, train: { steps: 2, batchSize: 4 }, encoder }, { runDir: tuned, resume: true });
  expect(recorded()).toMatchObject({ begun, initialWeights: { file: 'others.safetensors', sha256 } });
  const file = join(out, 'others.yaml');
  writeFileSync(file, stringify(config));
  await exportEncoder(run, { format: 'torchvision', to: weights });
  for (const [source, title] of [[tuned, '# tuned\n'], [file, '# resnet10\n']] as const) {
    await exportEncoder(source, { format: 'card', to: join(out, 'others.md') });
    const card = readFileSync(join(out, 'others.md'), 'utf8');
    expect(card).toContain(title);
    expect(card).toContain(`weights of \`others.safetensors\` (SHA-256 \`${sha256}\`), whose data and licence are not known`);
  }
}); // prettier-ignore

test('an encoder needs no data of its run: a folder that was copied elsewhere serves, exports and searches what it is given', async () => {
  const [elsewhere, photos, gone] = [join(out, 'elsewhere'), join(out, 'photos'), `${root}-gone`];
  const [want] = await using(loadEncoder(run), (loaded) => loaded.embed([first()]));
  cpSync(run, elsewhere, { recursive: true });
  cpSync(root, photos, { recursive: true });
  renameSync(root, gone);
  try {
    const image = join(photos, 'even', '000.png');
    const [row] = await using(loadEncoder(elsewhere), (loaded) => loaded.embed([image]));
    expect(row).toEqual(want);
    for (const format of ['torchvision', 'card']) await exportEncoder(elsewhere, { format, to: join(out, `gone.${format}`) });
    expect(readFileSync(join(out, 'gone.card'), 'utf8')).toContain('| train | 13 | 2 |');
    const data = { name: 'image-folder', root: photos };
    expect(await search(elsewhere, image, { data, count: 2 })).toHaveLength(2);
    expect(await duplicates(elsewhere, photos, { least: 0.99999 })).toHaveLength(1);
    expect((await embed(elsewhere, { data })).rows).toBe(13);
    await expect(embed(elsewhere)).rejects.toMatchObject({ code: 'MOCHI_FOLDER_MISSING' });
  } finally {
    renameSync(gone, root);
  }
});

test('embeddings are written in the format of the ending; one that stands for none is refused before anything is read', async () => {
  const heads = { npy: '\x93NUMPY', parquet: 'PAR1' };
  for (const [ending, head] of Object.entries(heads)) {
    await embed(run, { out: join(out, `features.${ending}`) });
    expect(readFileSync(join(out, `features.${ending}`), 'latin1').startsWith(head)).toBe(true);
  }
  await expect(embed(run, { out: join(out, 'features.csv') })).rejects.toMatchObject({
    code: 'MOCHI_EXPORT_FORMAT',
    expected: expect.stringContaining('.npy, .parquet, .lancedb') as string,
  });
  await expect(embed(run, { out: join(out, 'a.parquet'), format: 'npy' })).rejects.toMatchObject({ code: 'MOCHI_EXPORT_FORMAT' });
  await embed(run, { out: join(out, 'features.data'), format: 'npy' });
  expect(existsSync(join(out, 'features.data'))).toBe(true);
});
