import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join, relative } from 'node:path';
import type { Logger, PackedNames } from '@mochi/contract';
import { MAX_PIXELS } from '@mochi/tensorflow';
import type { Sharp, SharpOptions } from 'sharp';
import { breathe } from '../breathe.js';
import { headOf } from '../download/head-of.js';
import { NameBuffer } from '../name-buffer.js';

/** Extensions of images that TensorFlow has no decoder for, and sharp has. */
export const FOREIGN_EXTENSIONS = ['avif', 'tif', 'tiff'] as const;

/** What a file is by its first bytes, as far as it must be transcoded. */
function foreignFormat(head: Uint8Array): 'avif' | 'tiff' | null {
  const text = Buffer.from(head).toString('latin1');
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  return /^....ftyp(avi[fs]|mif1|miaf)/s.test(text) ? 'avif' : null;
}

export interface ForeignOptions {
  /** Where PNGs of foreign images are kept. */
  readonly cache: string;
  /** Look into every file, not only into those with a foreign extension. */
  readonly sniff: boolean;
  readonly log?: Logger;
}

/**
 * Paths of the images, in which those in AVIF and TIFF are replaced by PNGs of the same pixels: upright, 8 bits, sRGB, the first page. They are made when
 * this is called, one for each processor at a time, and kept in the cache under path, size and time of the original, so that each is made once.
 * One that sharp cannot read keeps its path: the input pipeline names it as broken.
 *
 * @param names Relative to the root. @param root A real path: those of the cache are relative to it.
 */
export async function transcodeForeign(names: PackedNames, root: string, options: ForeignOptions): Promise<PackedNames> {
  const { cache, sniff, log } = options;
  const replaced = new Map<number, string>();
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < names.length) {
      const at = next++;
      if (at % CHUNK === CHUNK - 1) await breathe();
      if (!sniff && !hasForeignName(names.bytesAt(at)!)) continue;
      const made = await transcoded(join(root, names.at(at)!), cache);
      if (made !== null) replaced.set(at, relative(root, made));
      if (made !== null && replaced.size % 1000 === 0)
        log?.info(`${replaced.size} AVIF and TIFF images are ready as PNG in ${cache}`);
    }
  };
  await Promise.all(Array.from({ length: sniff ? 16 : availableParallelism() }, work));
  const prefix = `${root}/`;
  return replaced.size === 0 ? names.under(prefix) : withReplaced(names, replaced).under(prefix);
}

/** Names that are looked at in one go. */
const CHUNK = 16_384;

const hasForeignName = (name: Uint8Array): boolean => {
  const text = Buffer.from(name.buffer, name.byteOffset, name.length).toString('latin1');
  return (FOREIGN_EXTENSIONS as readonly string[]).includes(text.slice(text.lastIndexOf('.') + 1).toLowerCase());
};

function withReplaced(names: PackedNames, replaced: ReadonlyMap<number, string>): PackedNames {
  const paths = new NameBuffer();
  const nothing = new Uint8Array(0);
  for (let at = 0; at < names.length; at++) {
    const other = replaced.get(at);
    paths.add(nothing, other === undefined ? names.bytesAt(at)! : Buffer.from(other));
  }
  return paths.pack();
}

/** The PNG of an image in the cache, made where it is not there; null where the file is no foreign image, or a broken one. */
async function transcoded(path: string, cache: string): Promise<string | null> {
  try {
    if (foreignFormat(await headOf(path, 16)) === null) return null;
    const { size, mtimeMs } = await stat(path);
    const key = createHash('sha256').update(`${path}\n${size}\n${mtimeMs}`).digest('hex');
    const target = join(cache, key.slice(0, 2), `${key.slice(2, 34)}.png`);
    if (existsSync(target)) return target;
    await mkdir(join(target, '..'), { recursive: true });
    const aside = `${target}.${process.pid}`;
    try {
      await writePng(path, aside);
      await rename(aside, target);
    } finally {
      await rm(aside, { force: true });
    }
    return target;
  } catch {
    return null;
  }
}

async function writePng(path: string, target: string): Promise<void> {
  // Loaded when it is needed: it brings a library of 16 MB.
  const { default: sharp } = (await import('sharp')) as { default: (path: string, options: SharpOptions) => Sharp };
  const image = sharp(path, { limitInputPixels: MAX_PIXELS, failOn: 'error' }).rotate().toColourspace('srgb');
  await image.png({ compressionLevel: 1 }).toFile(target);
}
