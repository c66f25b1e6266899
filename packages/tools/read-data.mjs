// Reads whole data sets, every image decoded, and prints counts and how many images each class has.
//   node packages/tools/read-data.mjs FOLDER
// FOLDER holds cifar10-train.tar, cifar10-test.tar, tiny-imagenet-train100.tar, tiny-imagenet-val.tar (class folders) and bccd-voc.tar (VOC's layout);
// those that are missing are left out.
import { performance } from 'node:perf_hooks';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { openVoc, unpackArchive } from '@mochi/data';
import { verifyData } from '@mochi/mochi';

const folder = resolve(process.argv[2] ?? '.');
const scratch = mkdtempSync(join(tmpdir(), 'mochi-read-'));
const at = (name) => join(folder, name);

function print(title, report, started) {
  console.log(`\n${title}, ${((performance.now() - started) / 1000).toFixed(0)} s`);
  for (const { fingerprint, classes, lookedAt, width, height, broken } of report.splits) {
    const { split, count, bytes } = fingerprint;
    console.log(`  ${split}: ${count} images, ${(bytes / 2 ** 20).toFixed(1)} MiB, ${lookedAt} decoded, ${broken.length} broken`);
    console.log(`    width ${width.least} to ${width.most}, height ${height.least} to ${height.most} px`);
    for (const { sample, reason } of broken) console.log(`    broken: ${sample}: ${reason}`);
    if (classes) console.log(`    ${classes.length} classes: ${classes.map(({ name, count }) => `${name} ${count}`).join(', ')}`);
  }
}

/** Objects of each class of a split. */
async function objects(root, split) {
  const { annotations, length } = await (await openVoc({ root, year: '2007', imageSet: 'Main' })).split(split);
  const counts = annotations.classes.map(() => 0);
  for (let id = 0; id < length; id++) for (const { label } of (await annotations.of(id)).objects) counts[label]++;
  return annotations.classes.map((name, label) => `${name} ${counts[label]}`).join(', ');
}

try {
  for (const [title, splits] of Object.entries({
    'CIFAR-10': { train: at('cifar10-train.tar'), test: at('cifar10-test.tar') },
  })) {
    const path = Object.fromEntries(Object.entries(splits).filter(([, file]) => existsSync(file)));
    if (Object.keys(path).length === 0) continue;
    const started = performance.now();
    print(title, await verifyData({ data: { name: 'image-tar', path } }), started);
  }
  if (existsSync(at('tiny-imagenet-train100.tar')) && existsSync(at('tiny-imagenet-val.tar'))) {
    const [started, root] = [performance.now(), join(scratch, 'tiny-imagenet')];
    const limits = { maxBytes: 2 ** 30, maxEntries: 200_000 };
    await unpackArchive(at('tiny-imagenet-train100.tar'), join(root, 'train'), limits);
    await unpackArchive(at('tiny-imagenet-val.tar'), join(root, 'val'), limits);
    print('Tiny-ImageNet', await verifyData({ data: { name: 'tiny-imagenet', root } }), started);
  }
  if (existsSync(at('bccd-voc.tar'))) {
    const [started, root] = [performance.now(), join(scratch, 'bccd')];
    await unpackArchive(at('bccd-voc.tar'), root, { maxBytes: 2 ** 30, maxEntries: 10_000 });
    const report = await verifyData({ data: { name: 'voc', root } });
    print('BCCD', report, started);
    for (const { fingerprint } of report.splits)
      console.log(`  ${fingerprint.split}: objects ${await objects(root, fingerprint.split)}`);
  }
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
