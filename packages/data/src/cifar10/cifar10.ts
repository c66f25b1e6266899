import type { Dataset, SplitSource } from '@mochi/contract';
import { existsSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { cifarCorrupt, cifarMissing } from '../errors.js';
import { readTar } from '../image-tar/read-tar.js';
import { lazyDataset } from '../splits.js';
import type { Cifar10Config } from './config.js';
import { parseBatches, RECORD, SIDE } from './parse-batch.js';

const CLASSES = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'] as const;
const FILES: Readonly<Record<string, readonly string[]>> = {
  train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`),
  test: ['test_batch.bin'],
};
const ARCHIVE = 'cifar-10-binary.tar.gz';
const FOLDER = 'cifar-10-batches-bin';

/**
 * CIFAR-10 from its binary version, as raw pixels in memory (147 MiB for `train`), read when a split is first asked for.
 *
 * @throws MOCHI_CIFAR_MISSING at once where there is nothing at the root, and from `split` where a file is missing; MOCHI_CIFAR_CORRUPT;
 * MOCHI_TAR_UNREADABLE for a broken archive.
 */
export function openCifar10({ root }: Cifar10Config): Dataset {
  const place = locate(root);
  const read = async (name: string): Promise<SplitSource> => {
    const wanted = FILES[name]!;
    const files = place.archive ? await fromArchive(place.path, wanted) : await fromFolder(place.path, wanted);
    const { pixels, labels } = await parseBatches(files);
    const counts = files.map(({ name: file, bytes }) => ({ file: basename(file), records: bytes.length / RECORD }));
    return {
      name,
      length: labels.length,
      images: { kind: 'pixels', pixels, height: SIDE, width: SIDE },
      labels,
      classes: CLASSES,
      describe: (index) => placeOf(index, counts),
    };
  };
  return lazyDataset('cifar10', new Map(Object.keys(FILES).map((name) => [name, () => read(name)])));
}

interface BatchFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function locate(root: string): { archive: boolean; path: string } {
  if (!existsSync(root)) throw cifarMissing(root, [root]);
  if (!statSync(root).isDirectory()) return { archive: true, path: root };
  const hasBatches = (folder: string): boolean =>
    Object.values(FILES)
      .flat()
      .some((file) => existsSync(join(folder, file)));
  for (const folder of [root, join(root, FOLDER)]) if (hasBatches(folder)) return { archive: false, path: folder };
  if (existsSync(join(root, ARCHIVE))) return { archive: true, path: join(root, ARCHIVE) };
  throw cifarMissing(root, Object.values(FILES).flat());
}

async function fromFolder(folder: string, wanted: readonly string[]): Promise<BatchFile[]> {
  const missing = wanted.filter((file) => !existsSync(join(folder, file)));
  if (missing.length > 0) throw cifarMissing(folder, missing);
  const files: BatchFile[] = [];
  for (const file of wanted) {
    const path = join(folder, file);
    try {
      files.push({ name: path, bytes: await readFile(path) });
    } catch (cause) {
      throw cifarCorrupt(path, cause instanceof Error ? cause.message : String(cause));
    }
  }
  return files;
}

async function fromArchive(path: string, wanted: readonly string[]): Promise<BatchFile[]> {
  const { files } = await readTar(path, (name) => wanted.includes(basename(name)));
  const found = new Map([...files].map(([name, bytes]) => [basename(name), bytes]));
  const missing = wanted.filter((file) => !found.has(file));
  if (missing.length > 0) throw cifarMissing(path, missing);
  return wanted.map((file) => ({ name: join(path, file), bytes: found.get(file)! }));
}

/** e.g. `data_batch_2.bin[17]`. */
function placeOf(index: number, counts: readonly { file: string; records: number }[]): string {
  let rest = index;
  for (const { file, records } of counts) {
    if (rest < records) return `${file}[${rest}]`;
    rest -= records;
  }
  return `sample ${index}`;
}
