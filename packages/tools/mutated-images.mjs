// Spoils sound images in 10,000 ways and sends them through the input pipeline of training, with the recipe of MoCo's second version: nothing may
// crash, hang or grow, and each image must be read or counted with its path and a reason.
//   node packages/tools/mutated-images.mjs [count=10000] [seed=1]
import { performance } from 'node:perf_hooks';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openImageFolder } from '@mochi/data';
import { openRunOnEngine } from '@mochi/mochi';
import { hostRandom } from '@mochi/tensorflow';
import { mutateImage } from '@mochi/testing';
import { BatchFeed } from '@mochi/trainer';
import { createRequire } from 'node:module';

const sharp = createRequire(new URL('../data/package.json', import.meta.url))('sharp');

const [count, seed] = [Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 1)];
const BATCH = 32;
const folder = mkdtempSync(join(tmpdir(), 'mochi-mutated-'));

/** Some photos' worth of structure in each format, 40 to 400 pixels. */
async function soundImages() {
  const files = [];
  for (const side of [40, 97, 400]) {
    const pixels = Uint8Array.from(
      { length: side * side * 3 },
      (_, at) => 128 + 90 * Math.sin(at / 7) * Math.cos(at / (3 * side)),
    );
    const image = () => sharp(pixels, { raw: { width: side, height: side, channels: 3 } });
    const encoded = {
      jpg: image().jpeg({ quality: 85 }),
      jpeg: image().jpeg({ progressive: true }).withMetadata({ orientation: 6 }),
      png: image().png(),
      gif: image().gif(),
      webp: image().webp(),
    };
    for (const [format, made] of Object.entries(encoded)) files.push({ name: `${side}.${format}`, bytes: await made.toBuffer() });
    const bmp = Buffer.alloc(54 + side * Math.ceil((side * 3) / 4) * 4, 77);
    bmp.write('BM');
    [bmp.length, 0, 54, 40, side, side].forEach((value, at) => bmp.writeUInt32LE(value, 2 + 4 * at));
    bmp.fill(0, 26, 54).writeUInt16LE(1, 26);
    bmp.writeUInt16LE(24, 28);
    files.push({ name: `${side}.bmp`, bytes: bmp });
  }
  return files.map(({ name, bytes }) => ({ name, bytes: Uint8Array.from(bytes) }));
}

const peakMiB = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

try {
  const sound = await soundImages();
  const random = hostRandom(seed, 'mutations');
  const kinds = {};
  for (let at = 0; at < count; at++) {
    const { kind, extension, bytes } = mutateImage(sound, () => random.integer(2 ** 31) / 2 ** 31);
    writeFileSync(join(folder, `${String(at).padStart(6, '0')}-${kind}.${extension}`), bytes);
    kinds[kind] = (kinds[kind] ?? 0) + 1;
  }
  console.log(
    `${count} images: ${Object.entries(kinds)
      .map(([kind, n]) => `${kind} ${n}`)
      .join(', ')}`,
  );
  const host = await openRunOnEngine(
    { data: { name: 'image-folder', root: folder }, augment: { name: 'moco-v2', size: 96 } },
    { required: ['data', 'augment'] },
  );
  const source = await openImageFolder({ root: folder, labels: 'none', holdout: 0, holdoutSeed: 0, sniff: false }).split('train');
  const before = peakMiB();
  const started = performance.now();
  const feed = new BatchFeed({
    source,
    augmentation: host.one('augment'),
    views: ['query', 'key'],
    batchSize: BATCH,
    seed,
    maxSkipped: 1,
  });
  const skipped = new Map();
  let read = 0;
  for (let last = false; !last;) {
    const item = await feed.next();
    last = item.last;
    read += item.batch.ids.shape[0];
    for (const { sample, reason } of item.skipped) skipped.set(sample, reason);
    for (const view of Object.values(item.batch.views)) view.dispose();
    item.batch.ids.dispose();
  }
  await feed.dispose();
  await host.dispose();
  const seconds = (performance.now() - started) / 1000;
  const tail = count - read - skipped.size; // after the last whole batch
  console.log(
    `read ${read}, left out ${skipped.size} with path and reason, ${tail} after the last whole batch; ${seconds.toFixed(0)} s`,
  );
  console.log(`resident memory: ${before.toFixed(0)} MiB before, at most ${peakMiB().toFixed(0)} MiB`);
  const reasons = {};
  for (const reason of skipped.values()) {
    const short = reason.replace(/[\d]+/g, 'N').slice(0, 70);
    reasons[short] = (reasons[short] ?? 0) + 1;
  }
  for (const [reason, n] of Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .slice(0, 15))
    console.log(`  ${n}  ${reason}`);
  if (read === 0 || [...skipped.values()].some((reason) => !reason)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
