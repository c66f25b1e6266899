// Plants copies of photos among others, and says which of them `mochi duplicates` finds, by what was done to them.
//   node packages/tools/prove-duplicates.mjs PHOTOS [--count 300] [--planted 30] [--epochs 50] [--run RUN] [--sheet FILE]
// PHOTOS is a folder of JPEGs: `count` of them are looked at, and of each kind of copy there are `planted`, each of another photo. Without --run an
// encoder is trained on them first, by the preset `photos`.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { duplicates, search, train } from '@mochi/mochi';
import { attr, execute, resizeAntialiased, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';

const { values: given, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    count: { type: 'string', default: '300' },
    planted: { type: 'string', default: '30' },
    epochs: { type: 'string', default: '50' },
    run: { type: 'string' },
    sheet: { type: 'string' },
  },
});
const [count, planted] = [Number(given.count), Number(given.planted)];

/** What is done to a copy: pixels [height, width, 3] in, the same or others out, and the quality of its JPEG. */
const part = (image, keep) => {
  const [height, width] = image.shape.slice(0, 2).map((side) => Math.round(side * keep));
  return tf.slice(image, [Math.floor((image.shape[0] - height) / 2), image.shape[1] - width, 0], [height, width, 3]);
};
const scaled = (image, by) => resizeAntialiased(image, image.shape.slice(0, 2).map((side) => Math.round(side * by))); // prettier-ignore
const KINDS = {
  'same file': null,
  'JPEG quality 30': { change: (image) => image, quality: 30 },
  'resized to 75 %': { change: (image) => scaled(image, 0.75), quality: 90 },
  'enlarged to 200 %': { change: (image) => scaled(image, 2), quality: 90 },
  'cropped to 90 % of each side': { change: (image) => part(image, 0.9), quality: 90 },
  'cropped to 75 % of each side': { change: (image) => part(image, 0.75), quality: 90 },
  'mirrored': { change: (image) => tf.reverse(image, [1]), quality: 90 },
}; // prettier-ignore

async function copyOf(bytes, kind) {
  if (kind === null) return bytes;
  const encoded = tf.tidy(() => {
    const text = tf.tensor([bytes], [], 'string');
    const image = tf.cast(execute('DecodeJpeg', [attr.int('channels', 3)], [text])[0], 'float32');
    const pixels = tf.clipByValue(tf.round(kind.change(image)), 0, 255);
    return execute('EncodeJpeg', [attr.int('quality', kind.quality)], [execute('Cast', [attr.type('DstT', 'uint8')], [pixels])[0]])[0]; // prettier-ignore
  });
  const [made] = await encoded.bytes();
  encoded.dispose();
  return made;
}

const kinds = Object.keys(KINDS);

/** Photos `N.jpg`, and of the first ones a copy each, `N-copy.jpg`, of kind N modulo their number. */
async function plant(photos, folder) {
  const files = readdirSync(photos, { recursive: true }).filter((name) => /\.jpe?g$/i.test(name)).sort(); // prettier-ignore
  if (count < planted * kinds.length)
    throw new Error(`--count is to be at least ${planted * kinds.length}: each copy is of another photo`);
  if (files.length < count) throw new Error(`${photos} has ${files.length} JPEGs, ${count} are needed`);
  mkdirSync(folder);
  for (let photo = 0; photo < count; photo++) {
    const bytes = readFileSync(join(photos, files[Math.floor((photo * files.length) / count)]));
    writeFileSync(join(folder, `${photo}.jpg`), bytes);
    if (photo < planted * kinds.length)
      writeFileSync(join(folder, `${photo}-copy.jpg`), await copyOf(bytes, KINDS[kinds[photo % kinds.length]]));
  }
}

const SOUGHT = 14;
const originalOf = (name) => name.split(/[-.]/)[0];
const row = (...cells) => console.log(`| ${cells.map((cell, at) => String(cell).padEnd(at === 0 ? 30 : 12)).join(' | ')} |`);

await startTensorFlow();
const work = mkdtempSync(join(tmpdir(), 'mochi-duplicates-'));
try {
  const folder = join(work, 'photos');
  await plant(resolve(positionals[0]), folder);
  const run = given.run ?? join(work, 'run');
  if (given.run === undefined) {
    const config = { extends: 'photos', data: { name: 'image-folder', root: folder, labels: 'none' }, train: { epochs: Number(given.epochs) }, trackers: [] }; // prettier-ignore
    await train(config, { runDir: run });
  }
  const limits = [0.99, 0.95, 0.9];
  const made = [];
  for (const least of limits) made.push(await duplicates(run, folder, { least, ...(least === 0.95 && given.sheet ? { sheet: given.sheet } : {}) })); // prettier-ignore
  const together = made.map((groups) => new Map(groups.flatMap(({ names }, at) => names.map((name) => [name, at]))));
  row('copies found', ...limits.map((least) => `least ${least}`));
  row('-'.repeat(30), ...limits.map(() => '-'.repeat(12)));
  for (const [at, kind] of kinds.entries()) {
    const photos = Array.from({ length: planted }, (_, one) => at + one * kinds.length);
    const foundIn = (groups) => photos.filter((photo) => groups.has(`${photo}.jpg`) && groups.get(`${photo}.jpg`) === groups.get(`${photo}-copy.jpg`)); // prettier-ignore
    row(kind, ...together.map((groups) => `${foundIn(groups).length} of ${planted}`));
  }
  const isPure = ({ names }) => new Set(names.map(originalOf)).size === 1;
  row('groups', ...made.map((groups) => groups.length));
  row('groups with another photo too', ...made.map((groups) => groups.filter((group) => !isPure(group)).length));
  row('groups before the first such', ...made.map((groups) => (groups.every(isPure) ? 'all' : groups.findIndex((group) => !isPure(group))))); // prettier-ignore
  let first = 0;
  for (let photo = 0; photo < SOUGHT; photo++) {
    const found = await search(run, join(folder, `${photo}-copy.jpg`), { data: { name: 'image-folder', root: folder, labels: 'none' }, count: 2 }); // prettier-ignore
    if (found.every(({ name }) => originalOf(name) === String(photo))) first++;
  }
  console.log(`\nsearch: the photo and its copy are the two nearest for ${first} of ${SOUGHT} copies`);
  if (given.sheet) console.log(`sheet: ${Math.round(statSync(given.sheet).size / 1000)} kB`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
