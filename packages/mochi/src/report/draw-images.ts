import type { Augmentation, SplitSource } from '@mochi/contract';
import type { Atlas, RunAugmentation } from '@mochi/report';
import { attr, execute, nativeTensor } from '@mochi/tensorflow';
import { openEpoch, openImages, openSequential, ViewMaker } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';

/** RGB pixels of images of one size, 0..255, one after another. */
interface Pixels {
  readonly side: number;
  readonly images: (Uint8Array | undefined)[];
}

/** Images as evaluators see them, but not normalised. Those that cannot be read are undefined. */
async function plainPixels(source: SplitSource, augmentation: Augmentation): Promise<Pixels> {
  const view = 'eval';
  const side = augmentation.views.find(({ name }) => name === view)!.size;
  const range = await normalRange(augmentation);
  const images: (Uint8Array | undefined)[] = Array.from({ length: source.length }, () => undefined);
  const stream = openSequential({ source, augmentation, batchSize: 64 });
  try {
    for (let item = await stream.next(); item; item = await stream.next()) {
      const [values, ids] = await Promise.all([item.batch.views[view]!.data(), item.batch.ids.data()]);
      tf.dispose(item.batch as unknown as tf.TensorContainer);
      const size = side * side * 3;
      ids.forEach((id, row) => (images[id] = toPixels(values.subarray(row * size, (row + 1) * size) as Float32Array, range)));
    }
  } finally {
    await stream.dispose();
  }
  return { side, images };
} // prettier-ignore

/** What black and white become by the recipe's normalisation, for each channel: it is the same line for every pixel. */
async function normalRange(augmentation: Augmentation): Promise<{ black: Float32Array; white: Float32Array }> {
  const { size } = augmentation.views.find(({ name }) => name === 'eval')!;
  const of = async (value: number): Promise<Float32Array> => {
    const made = tf.tidy(() => augmentation.apply(tf.fill([1, size, size, 3], value), tf.zeros([1, 0]), 'eval'));
    const values = (await made.data()) as Float32Array;
    made.dispose();
    return values.slice(0, 3);
  };
  return { black: await of(0), white: await of(255) };
}

const toPixels = (values: Float32Array, { black, white }: { black: Float32Array; white: Float32Array }): Uint8Array =>
  Uint8Array.from(values, (value, at) => {
    const channel = at % 3;
    const share = (value - black[channel]!) / (white[channel]! - black[channel]!);
    return Math.round(255 * Math.min(1, Math.max(0, share)));
  });

/** Images side by side, as a JPEG: at these sizes a tenth of a PNG. */
async function atlasOf({ side, images }: Pixels, columns: number): Promise<Atlas> {
  const lines = Math.ceil(images.length / columns);
  const sheet = new Uint8Array(lines * side * columns * side * 3).fill(200);
  images.forEach((image, at) => {
    const [top, left] = [Math.floor(at / columns) * side, (at % columns) * side];
    for (let y = 0; image && y < side; y++)
      sheet.set(image.subarray(y * side * 3, (y + 1) * side * 3), ((top + y) * columns * side + left) * 3);
  });
  const tensor = nativeTensor(sheet, [lines * side, columns * side, 3], 'uint8');
  const [encoded] = execute('EncodeJpeg', [attr.int('quality', 88), attr.bool('chroma_downsampling', false)], [tensor]);
  const [bytes] = (await encoded!.bytes()) as unknown as Uint8Array[];
  tf.dispose([tensor, encoded!]);
  const url = `data:image/jpeg;base64,${Buffer.from(bytes!).toString('base64')}`;
  return { url, cell: side, columns, count: images.length };
}

/** Sides of images in a report at most, pixels: more are not seen. */
const LARGEST = 96;

/** The images of a split as evaluators see them, in its order. */
export async function drawAtlas(source: SplitSource, augmentation: Augmentation): Promise<Atlas> {
  return atlasOf(shrunk(await plainPixels(source, augmentation)), Math.ceil(Math.sqrt(source.length)));
}

/** Images with their augmented views, two draws of each. @param views Those that the method trains on. */
export async function drawAugmentation(
  source: SplitSource,
  augmentation: Augmentation,
  views: readonly string[],
  seed: number,
): Promise<RunAugmentation> {
  const columns = ['eval', ...views.flatMap((view) => [`${view} 1`, `${view} 2`])];
  const drawn = await drawViews(source, augmentation, ['eval', ...new Set(views)], seed);
  const sheets = columns.map((name) => shrunk(drawn.get(name)!));
  const side = Math.max(...sheets.map((one) => one.side));
  const images = Array.from({ length: source.length }, (_, row) => sheets.map((one) => enlarged(one, row, side))).flat();
  const atlas = await atlasOf({ side, images }, columns.length);
  const rows = Array.from({ length: source.length }, (_, row) => ({
    name: source.describe(row),
    images: columns.map((_, column) => row * columns.length + column),
  }));
  return { atlas, columns: columns.map((name) => (name === 'eval' ? 'plain' : name)), rows };
}

/** Every view of two epochs by the name of its column. All by one maker, so that the recipe is compiled once. */
async function drawViews(source: SplitSource, augmentation: Augmentation, views: readonly string[], seed: number): Promise<Map<string, Pixels>> {
  const range = await normalRange(augmentation);
  const specs = augmentation.views.filter(({ name }) => views.includes(name));
  const reader = openImages(source.images);
  const maker = new ViewMaker(reader, augmentation, specs);
  const drawn = new Map<string, Pixels>();
  try {
    for (const epoch of [0, 1]) {
      const columns = specs.map(({ name, size }) => ({ view: name, column: name === 'eval' ? name : `${name} ${epoch + 1}`, side: size }));
      for (const { column, side } of columns) if (!drawn.has(column)) drawn.set(column, { side, images: Array.from({ length: source.length }, () => undefined) });
      const stream = openEpoch({ source, augmentation, views: specs.map(({ name }) => name), batchSize: 1, seed, epoch, maker });
      try {
        for (let item = await stream.next(); item; item = await stream.next()) {
          const [id] = await item.batch.ids.data();
          for (const { view, column } of columns)
            drawn.get(column)!.images[id!] = toPixels((await item.batch.views[view]!.data()) as Float32Array, range);
          tf.dispose(item.batch as unknown as tf.TensorContainer);
        }
      } finally {
        await stream.dispose();
      }
    }
  } finally {
    maker.dispose();
    reader.dispose();
  }
  return drawn;
} // prettier-ignore

function shrunk({ side, images }: Pixels): Pixels {
  const step = Math.ceil(side / LARGEST);
  if (step === 1) return { side, images };
  const to = Math.floor(side / step);
  return { side: to, images: images.map((image) => image && resampled(image, side, to, step)) };
}

/** Views of several sizes in one sheet: the small ones are enlarged, pixel by pixel. */
const enlarged = ({ side, images }: Pixels, at: number, to: number): Uint8Array | undefined =>
  images[at] && (side === to ? images[at] : resampled(images[at], side, to, side / to));

function resampled(image: Uint8Array, side: number, to: number, step: number): Uint8Array {
  const made = new Uint8Array(to * to * 3);
  for (let y = 0; y < to; y++)
    for (let x = 0; x < to; x++) {
      const from = 3 * (Math.floor(y * step) * side + Math.floor(x * step));
      made.set(image.subarray(from, from + 3), 3 * (y * to + x));
    }
  return made;
}
