import { breathe } from '../breathe.js';
import { dataCorrupt } from '../file-errors.js';
import { isImage } from '../image-folder/list-images.js';
import { IndexBuilder, type ShardIndex } from '../shards/shard-index.js';
import { tarEntries, type TarEntry } from '../shards/tar-entries.js';
import { sampleName } from './sample-keys.js';

/** What of a sample is its image, and what its label. */
export interface SampleParts {
  /** Extension of the image; undefined: the first one of a sample that is an image's. */
  readonly image: string | undefined;
  /** Extension of the label's file, or `json:KEY`; undefined: no labels. */
  readonly label: string | undefined;
}

interface Sample {
  readonly key: string;
  image?: { readonly name: string; readonly offset: number; readonly length: number };
  label?: number | string;
}

/**
 * Where the images of WebDataset shards are: files that follow each other and share a key are a sample. Samples without an image are left
 * out.
 *
 * @throws MOCHI_DATA_CORRUPT names the shard and place: cut short, no tar, a label that cannot be read.
 */
export async function indexShards(shards: readonly string[], parts: SampleParts): Promise<ShardIndex> {
  const index = new IndexBuilder(shards);
  for (const [shard, path] of shards.entries()) {
    let sample: Sample | undefined;
    const close = (): void => {
      if (sample?.image) index.add({ shard, ...sample.image, ...(sample.label === undefined ? {} : { label: sample.label }) });
    };
    let count = 0;
    for await (const entry of tarEntries(path)) {
      if (count++ % 1000 === 999) await breathe();
      const name = sampleName(entry.name);
      if (!name) continue;
      if (name.key !== sample?.key) {
        close();
        sample = { key: name.key };
      }
      await take(sample, entry, name.extension, parts, path);
    }
    close();
  }
  return index.build();
}

async function take(sample: Sample, entry: TarEntry, extension: string, parts: SampleParts, path: string): Promise<void> {
  const wanted = parts.image === undefined ? !sample.image && isImage(`x.${extension}`) : extension === parts.image;
  if (wanted) sample.image = { name: entry.name.replace(/^(\.\/)+/, ''), offset: entry.offset, length: entry.size };
  const [file, ...key] = parts.label?.split(':') ?? [];
  if (file !== extension) return;
  const text = Buffer.from(await entry.read()).toString('utf8');
  try {
    sample.label = key.length === 0 ? labelOf(text.trim()) : labelOf(fieldOf(text, key.join(':')));
  } catch (cause) {
    const expected = 'a whole number from 0 on, or the name of a class';
    throw dataCorrupt(path, `the entry ${entry.name}`, (cause as Error).message, expected, cause);
  }
}

function fieldOf(text: string, key: string): unknown {
  const value = (JSON.parse(text) as Record<string, unknown> | null)?.[key];
  if (value === undefined) throw new Error(`it has no "${key}"`);
  return value;
}

/** A whole number is a class number; other texts are class names. */
function labelOf(value: unknown): number | string {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  if (typeof value !== 'string' || value === '') throw new Error(`its label is ${JSON.stringify(value)}`);
  return /^\d+$/.test(value) ? Number(value) : value;
}
