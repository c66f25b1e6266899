import { breathe } from '../breathe.js';
import { dataCorrupt } from '../file-errors.js';
import { IndexBuilder, type ShardIndex } from '../shards/shard-index.js';
import { parseExample, type Feature } from './example.js';
import { tfRecords } from './records.js';

export interface ExampleKeys {
  /** The first of these features that an example has is its image. */
  readonly image: readonly string[];
  /** The first of these that it has is its label. */
  readonly label: readonly string[];
  /** Number of the first class. */
  readonly firstLabel: number;
}

/**
 * Where the images of TFRecord files are. Every record is read once and its sums are checked.
 *
 * @throws MOCHI_DATA_CORRUPT names the file and byte: cut short, a wrong sum, no tf.Example, an example without an image.
 */
export async function indexRecords(shards: readonly string[], keys: ExampleKeys): Promise<ShardIndex> {
  const index = new IndexBuilder(shards);
  for (const [shard, path] of shards.entries()) {
    let count = 0;
    for await (const { offset, data } of tfRecords(path)) {
      try {
        const features = parseExample(data);
        const image = imageOf(features, keys.image);
        const label = labelOf(features, keys, data);
        index.add({
          shard,
          offset: offset + image[0],
          length: image[1] - image[0],
          name: String(count++),
          ...(label === undefined ? {} : { label }),
        });
      } catch (cause) {
        throw dataCorrupt(
          path,
          `the record at byte ${offset}`,
          (cause as Error).message,
          'a tf.Example with an encoded image',
          cause,
        );
      }
      if (count % 200 === 199) await breathe();
    }
  }
  return index.build();
}

function imageOf(features: ReadonlyMap<string, Feature>, names: readonly string[]): readonly [number, number] {
  const name = names.find((wanted) => features.has(wanted));
  if (name === undefined) throw new Error(`it has no ${names.join(' or ')}, only ${[...features.keys()].join(', ')}`);
  const feature = features.get(name)!;
  const range = feature.kind === 'bytes' && feature.ranges.length === 1 ? feature.ranges[0] : undefined;
  if (!range) throw new Error(`${name} is no single text of bytes`);
  return range;
}

function labelOf(
  features: ReadonlyMap<string, Feature>,
  { label: names, firstLabel }: ExampleKeys,
  data: Uint8Array,
): number | string | undefined {
  const name = names.find((wanted) => features.has(wanted));
  const feature = name === undefined ? undefined : features.get(name)!;
  if (!feature) return undefined;
  if (feature.kind === 'bytes') {
    const range = feature.ranges[0];
    return range && Buffer.from(data.subarray(range[0], range[1])).toString('utf8');
  }
  const label = feature.values[0];
  if (label === undefined || label < 0) return undefined;
  if (label < firstLabel) throw new Error(`its label is ${label}, below data.firstLabel`);
  return label - firstLabel;
}
