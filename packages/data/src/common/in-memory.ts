import { open, readFile } from 'node:fs/promises';
import type { ImageStore } from '@mochi/contract';

const AT_ONCE = 16;

/**
 * Images that are in files, read into memory: no file is opened again in any epoch. One that cannot be read becomes empty, so that the input pipeline
 * counts it with its name.
 *
 * @param maxBytes More than this, and the images stay where they are.
 */
export async function inMemory(images: ImageStore, maxBytes: number): Promise<ImageStore> {
  if (images.kind !== 'files' && images.kind !== 'ranges') return images;
  const length = images.kind === 'files' ? images.paths.length : images.file.length;
  const read = images.kind === 'files' ? (at: number) => readFile(images.paths.at(at)!) : readRange.bind(null, images);
  const files = new Array<Uint8Array>(length);
  let [next, bytes] = [0, 0];
  const work = async (): Promise<void> => {
    while (next < length && bytes <= maxBytes) {
      const at = next++;
      const file: Uint8Array = await read(at).catch(() => new Uint8Array(0));
      files[at] = file;
      bytes += file.length;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return bytes <= maxBytes ? { kind: 'encoded', files } : images;
}

async function readRange(images: Extract<ImageStore, { kind: 'ranges' }>, at: number): Promise<Uint8Array> {
  const file = await open(images.files[images.file[at]!]!, 'r');
  try {
    const bytes = new Uint8Array(images.length[at]!);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, images.offset[at]!);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
