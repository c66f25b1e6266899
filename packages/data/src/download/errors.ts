import { MochiError } from '@mochi/contract';

export const downloadFailed = (path: string, tried: readonly string[]): MochiError =>
  new MochiError('MOCHI_DOWNLOAD_FAILED', {
    happened: `${path} could not be downloaded. ${tried.join('; ')}.`,
    expected: 'one of these addresses to give the file',
    fix: 'Check the network; run it again, and it continues; name another address in data.download.mirror; or fetch the file by other means, put it there and leave download out.',
  });

export const downloadCorrupt = (path: string, tried: readonly string[]): MochiError =>
  new MochiError('MOCHI_DOWNLOAD_CORRUPT', {
    happened: `What was downloaded for ${path} is not the file that its publisher describes. ${tried.join('; ')}.`,
    expected: 'the size and checksum that the publisher gives',
    fix: 'Name another address in data.download.mirror: the file on the server is damaged or another one. Nothing of it was kept.',
  });

export const dataDiskFull = (folder: string, what: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_DISK_FULL',
    {
      happened: `The disk of ${folder} became full while ${what}. What was written there has been removed.`,
      expected: 'room for the archive and for what is in it',
      fix: 'Free some space, or set data.root to a folder on another disk.',
    },
    { cause },
  );

export const archiveUnsafe = (path: string, entry: string, why: string): MochiError =>
  new MochiError('MOCHI_ARCHIVE_UNSAFE', {
    happened: `The archive ${path} was not unpacked: its entry ${JSON.stringify(entry.slice(0, 200))} ${why}.`,
    expected: 'files and folders below the target alone: no path that leads out of it, no link, no device',
    fix: 'Do not trust this archive. If you know it to be sound, unpack it yourself and name the folder.',
  });

export const archiveTooBig = (path: string, what: string): MochiError =>
  new MochiError('MOCHI_ARCHIVE_TOO_BIG', {
    happened: `The archive ${path} was not unpacked: it holds more than ${what}.`,
    expected: 'about as much as the data set has',
    fix: 'Fetch the archive from its publisher. If it is meant to be so large, unpack it yourself and name the folder.',
  });

export const archiveBroken = (path: string, cause: unknown): MochiError =>
  new MochiError(
    'MOCHI_ARCHIVE_BROKEN',
    {
      happened: `The archive ${path} cannot be unpacked: ${cause instanceof Error ? cause.message : String(cause)}. What was unpacked has been removed.`,
      expected: 'a whole tar, tar.gz or zip',
      fix: 'Fetch it again.',
    },
    { cause },
  );
