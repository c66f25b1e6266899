import type { Dataset } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { once } from '../splits.js';
import type { DownloadConfig } from './config.js';
import { fetchArchive } from './fetch-archive.js';
import { fetchFile, type RemoteFile } from './fetch-file.js';

/** What a data set is made of, where its publisher has it. */
export interface RemoteData {
  /** Each becomes a folder below the root. */
  readonly archives: readonly { readonly remote: RemoteFile; readonly archive: string; readonly folder: string }[];
  /** Files that stay as they are. */
  readonly files?: readonly { readonly remote: RemoteFile; readonly file: string }[];
}

export interface FetchedSpec {
  readonly name: string;
  readonly root: string;
  readonly download: DownloadConfig;
  readonly data: RemoteData;
  /** The splits that it has when it is whole: they are known before anything is fetched. */
  readonly splits: readonly string[];
}

/**
 * A data set that is fetched when a split is first asked for: where `download` is on and something of it is not below the root yet.
 * Otherwise it is opened at once, and the network is never touched.
 *
 * @param open Opens what is on the disk. @throws From `split`: what {@link fetchArchive} and {@link fetchFile} throw.
 */
export function fetchedDataset({ name, root, download, data, splits }: FetchedSpec, open: () => Dataset): Dataset {
  const { archives, files = [] } = data;
  const itself = archives.length === 1 && basename(resolve(root)) === archives[0]!.folder && existsSync(root);
  const wanted = [...archives.map(({ folder }) => folder), ...files.map(({ file }) => file)];
  if (!download || itself || wanted.every((path) => existsSync(join(root, path)))) return open();
  const opened = once(async () => {
    for (const archive of archives) await fetchArchive({ ...archive, root, download });
    for (const { remote, file } of files) await fetchFile(remote, join(root, file));
    return open();
  });
  return { name, splits, split: async (split) => (await opened()).split(split) };
}

/** A file with the MD5 sum that it is known by. */
export const remoteFile = (url: string, md5: string, bytes?: number): RemoteFile => ({
  url,
  checksum: { algorithm: 'md5', hex: md5 },
  ...(bytes === undefined ? {} : { bytes }),
});
