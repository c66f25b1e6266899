import type { Dataset, SplitSource } from '@mochi/contract';
import { basename } from 'node:path';
import { locateArchive, readArchiveFiles } from '../archive-files.js';
import type { DownloadConfig } from '../download/config.js';
import { fetchArchive } from '../download/fetch-archive.js';
import type { RemoteFile } from '../download/fetch-file.js';
import type { Origin } from '../file-errors.js';
import { lazyDataset, once } from '../splits.js';
import { parseBatches, recordBytes, SIDE } from './parse-batch.js';

/** What sets CIFAR-10 and CIFAR-100 apart. */
export interface CifarKind {
  readonly name: string;
  readonly origin: Origin;
  readonly archive: string;
  /** Where the publisher has it. */
  readonly remote: RemoteFile;
  readonly folder: string;
  readonly files: Readonly<Record<string, readonly string[]>>;
  /** Classes of each label byte of a record. */
  readonly classes: readonly number[];
  /** The label byte that is the class. */
  readonly label: number;
  /** The names of the classes, or the text file in the archive that has one a line. */
  readonly names: readonly string[] | { readonly file: string };
}

/**
 * A CIFAR data set from its binary version, as raw pixels in memory, read when a split is first asked for; with `download` it is fetched to the
 * root by then, where it is not there yet.
 *
 * @throws Without `download` MOCHI_DATA_MISSING at once where there is nothing at the root, and from `split` where a file is missing; MOCHI_DATA_CORRUPT;
 * MOCHI_TAR_UNREADABLE for a broken archive; with it, what {@link fetchArchive} throws.
 */
export function openCifar(kind: CifarKind, { root, download }: { root: string; download: DownloadConfig }): Dataset {
  const locate = () => locateArchive(kind.origin, root, { ...kind, files: Object.values(kind.files).flat() });
  if (!download) locate();
  const placeOnce = once(async () => {
    if (download && !isThere(locate)) await fetchArchive({ ...kind, root, download });
    return locate();
  });
  const read = async (name: string): Promise<SplitSource> => {
    const names = 'file' in kind.names ? [kind.names.file] : [];
    const read = await readArchiveFiles(kind.origin, await placeOnce(), [...names, ...kind.files[name]!]);
    const files = read.slice(names.length);
    const { pixels, labels } = await parseBatches(files, kind.classes);
    const size = recordBytes(kind.classes.length);
    const counts = files.map(({ name: file, bytes }) => ({ file: basename(file), records: bytes.length / size }));
    return {
      name,
      length: labels[0]!.length,
      images: { kind: 'pixels', pixels, height: SIDE, width: SIDE },
      labels: labels[kind.label]!,
      classes: 'file' in kind.names ? linesOf(read[0]!.bytes) : kind.names,
      describe: (index) => placeOf(index, counts),
    };
  };
  return lazyDataset(kind.name, new Map(Object.keys(kind.files).map((name) => [name, () => read(name)])));
}

function isThere(locate: () => unknown): boolean {
  try {
    locate();
    return true;
  } catch {
    return false;
  }
}

const linesOf = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '');

/** e.g. `data_batch_2.bin[17]`. */
function placeOf(index: number, counts: readonly { file: string; records: number }[]): string {
  let rest = index;
  for (const { file, records } of counts) {
    if (rest < records) return `${file}[${rest}]`;
    rest -= records;
  }
  return `sample ${index}`;
}
