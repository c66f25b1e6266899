import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensorsMetadata } from '@mochi/tensorflow';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inProcess } from './in-process.js';

const folder = mkdtempSync(join(tmpdir(), 'mochi-interchange-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mochi = (...words: string[]) => inProcess(folder, ...words);
const linesOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

beforeAll(async () => {
  await writeImages(join(folder, 'images'), 8);
  copyFileSync(join(folder, 'images', 'even', '000.png'), join(folder, 'images', 'odd', 'copy.png'));
  writeFileSync(
    join(folder, 'mochi.yaml'),
    `data: { name: image-folder, root: images }
augment: { name: custom, size: 16 } # a crop alone, which compiles soon
encoder: { name: resnet10, stem: small, width: 4, stages: 2, head: { hidden: 8, dim: 8 } }
method: { name: moco-v2, batchNorm: { split: 2 } }
bank: { name: fifo, capacity: 32 }
sampler: uniform
optimizer: { name: sgd, rate: 0.05 }
train: { steps: 1, batchSize: 4 }
`,
  );
  expect((await mochi('train', 'mochi.yaml', 'trackers=[]', '--run', 'run')).code).toBe(0);
});

test('export writes what it says, for machines and for people', async () => {
  const { code, stdout } = await mochi('export', 'run', '--format', 'torchvision', '--to', 'key.safetensors', '--encoder', 'key', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toEqual({ format: 'torchvision', to: 'key.safetensors', encoder: 'key' });
  const { 'mochi.preprocessing': preprocessing } = readSafetensorsMetadata(readFileSync(join(folder, 'key.safetensors')));
  expect(JSON.parse(preprocessing!)).toMatchObject({ size: 16, resize: 18, resizeSmall: 16 });
  const card = await mochi('export', 'run', '--format', 'card', '--to', 'MODEL.md', 'exporters.0.licence=CC0-1.0');
  expect([card.code, card.stdout]).toEqual([0, 'MODEL.md: the query encoder as card\n']);
  expect(readFileSync(join(folder, 'MODEL.md'), 'utf8')).toContain('CC0-1.0');
}); // prettier-ignore

test('embed: a format by name, whatever the ending', async () => {
  expect((await mochi('embed', 'run', '--out', 'features.data', '--format', 'npy')).code).toBe(0);
  expect(readFileSync(join(folder, 'features.data'), 'latin1')).toMatch(/^.NUMPY/);
});

test('search: the image itself and its copy come first', async () => {
  const found = await mochi('search', 'run', 'images/even/000.png', '--count', '3', '--json');
  expect(found.code).toBe(0);
  const lines = linesOf(found.stdout);
  expect(lines).toHaveLength(3);
  expect(lines.slice(0, 2)).toMatchObject([
    { name: 'even/000.png', id: 0, class: 'even' },
    { name: 'odd/copy.png', class: 'odd' },
  ]);
  for (const { similarity } of lines.slice(0, 2)) expect(similarity).toBeCloseTo(1, 5);
  expect(Number(lines[2]!['similarity'])).toBeLessThan(0.9999);
  const other = await mochi('search', 'run', 'images/even/000.png', '--count', '1', '--data', 'images/odd');
  expect(other.stdout).toBe('1.0000  copy.png\n');
});

test('duplicates: groups, and a sheet that shows them', async () => {
  const found = await mochi('duplicates', 'run', 'images', '--least', '0.99999', '--json');
  expect(found.code).toBe(0);
  expect(linesOf(found.stdout)).toEqual([
    { names: ['even/000.png', 'odd/copy.png'], similarity: [1, 1].map(near), nearest: [1, 1].map(near) },
  ]);
  const shown = await mochi('duplicates', 'run', 'images', '--least', '0.99999', '--sheet', 'made/sheet.html');
  expect(shown.stdout).toBe('1. cosine from 1.000\n   1.000  even/000.png\n   1.000  odd/copy.png\n1 group: made/sheet.html\n');
  expect(readFileSync(join(folder, 'made', 'sheet.html'), 'utf8')).toContain('1 group of near-duplicates: 2 of 9 images');
});
const near = (value: number): number => expect.closeTo(value, 5) as number;

test.each([
  { args: 'export --format onnx --to x', says: /No run was given[^]*MOCHI_USAGE/ },
  { args: 'export run --format onnx', says: /Missing required argument: --to[^]*mochi export --help[^]*MOCHI_USAGE/ },
  { args: 'export run --format onnx --to x --encoder teacher', says: /--encoder \(teacher\)[^]*query, key[^]*MOCHI_USAGE/ },
  { args: 'export run --format onx --to x', says: /did you mean "onnx"[^]*MOCHI_UNKNOWN_PLUGIN/ },
  { args: 'export run --format npy --to x', says: /Use mochi embed[^]*MOCHI_EXPORT_FORMAT/ },
  { args: 'export run --format tfjs --to images', says: /images is a folder with other things in it[^]*MOCHI_EXPORT_FOLDER/ },
  { args: 'search run', says: /A run and one image are needed[^]*MOCHI_USAGE/ },
  { args: 'duplicates run', says: /A run and one folder are needed[^]*MOCHI_USAGE/ },
  { args: 'duplicates run nowhere', says: /folder \/.*\/nowhere does not exist[^]*MOCHI_FOLDER_MISSING/ },
  { args: 'duplicates run images --least 2', says: /--least is "2"[^]*MOCHI_USAGE/ },
  { args: 'duplicates run images --sheet mochi.yaml/x.html', says: /mochi\.yaml\/x\.html cannot be written[^]*MOCHI_SHEET_UNWRITABLE/ },
  { args: 'embed run --out x.csv', says: /\.npy, \.parquet, \.lancedb[^]*MOCHI_EXPORT_FORMAT/ },
  { args: 'embed run --out x.lancedb', says: /npm install @lancedb\/lancedb[^]*MOCHI_LANCEDB_MISSING/ },
])('mochi $args ends with 2 and says why', async ({ args, says }) => {
  const { code, stdout, stderr } = await mochi(...args.split(' '));
  expect(stderr).toMatch(says);
  expect(stderr).not.toMatch(/\n {4}at /); // a stack is for defects
  expect([code, stdout]).toEqual([2, '']);
  expect(existsSync(join(folder, 'x'))).toBe(false);
}); // prettier-ignore

test('errors for machines are one line of JSON', async () => {
  const { code, stderr } = await mochi('search', 'run', 'none.png', '--json');
  expect(code).toBe(2);
  expect(JSON.parse(stderr.trim().split('\n').at(-1)!)).toMatchObject({ type: 'error', code: 'MOCHI_IMAGE_UNREADABLE' });
});
