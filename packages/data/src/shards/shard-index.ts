import { basename } from 'node:path';
import { PackedNames, type ImageStore } from '@mochi/contract';
import { dataCorrupt } from '../file-errors.js';

/** Where every image of some shards is, its name, and its label if there is one. */
export interface ShardIndex {
  readonly images: Extract<ImageStore, { kind: 'ranges' }>;
  readonly names: PackedNames;
  /** Class numbers as the shards have them, -1 for none; or class names, '' for none. Absent where no image has a label. */
  readonly labels?: Int32Array | readonly string[];
  /** Where the shards say what the class numbers are called. */
  readonly classes?: readonly string[];
}

/** One image. A label that is a text is a class name. */
export interface ShardImage {
  readonly shard: number;
  /** The file that it is in, when that is none of the shards: an index into them and those that `build` adds. */
  readonly file?: number;
  readonly offset: number;
  readonly length: number;
  /** Within its shard, unlike any other. */
  readonly name: string;
  readonly label?: number | string;
}

/** More is no number of classes but a number of something else. */
const MOST_CLASSES = 1_000_000;

/** Gathers images into an index. */
export class IndexBuilder {
  private readonly file: number[] = [];
  private readonly offset: number[] = [];
  private readonly length: number[] = [];
  private readonly names: string[] = [];
  private readonly labels: (number | string | undefined)[] = [];
  private readonly shown: readonly string[];

  /** @param shards Paths. Names of images begin with the shard's, short where that is no other's. */
  constructor(private readonly shards: readonly string[]) {
    const short = shards.map((path) => basename(path));
    this.shown = new Set(short).size === short.length ? short : shards;
  }

  /** @throws MOCHI_DATA_CORRUPT for a class number that is none. */
  add({ shard, file = shard, offset, length, name, label }: ShardImage): void {
    if (typeof label === 'number' && label >= MOST_CLASSES)
      throw dataCorrupt(this.shards[shard]!, name, `its class number is ${label}`, `one from 0 to ${MOST_CLASSES - 1}`);
    this.file.push(file);
    this.offset.push(offset);
    this.length.push(length);
    this.names.push(`${this.shown[shard]!}/${name}`);
    this.labels.push(label);
  }

  /** @param more Files that ranges may lie in beside the shards. */
  build(more: readonly string[] = [], classes?: readonly string[]): ShardIndex {
    return {
      images: {
        kind: 'ranges',
        files: [...this.shards, ...more],
        file: Int32Array.from(this.file),
        offset: Float64Array.from(this.offset),
        length: Float64Array.from(this.length),
      },
      names: PackedNames.of(this.names),
      ...this.labelled(),
      ...(classes ? { classes } : {}),
    };
  }

  private labelled(): { labels?: Int32Array | string[] } {
    if (this.labels.every((label) => label === undefined)) return {};
    if (this.labels.some((label) => typeof label === 'string'))
      return { labels: this.labels.map((label) => (label === undefined ? '' : String(label))) };
    return { labels: Int32Array.from(this.labels, (label) => (label as number | undefined) ?? -1) };
  }
}
