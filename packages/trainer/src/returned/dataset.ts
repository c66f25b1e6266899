import type { ImageStore, SplitSource } from '@mochi/contract';
import { isPlain, nameOf } from './describe.js';
import { dataReturned } from './errors.js';

/** How many images a store of each kind has. */
const COUNTS: { readonly [K in ImageStore['kind']]: (images: Extract<ImageStore, { kind: K }>) => number | undefined } = {
  files: ({ paths }) => paths?.length,
  encoded: ({ files }) => files?.length,
  ranges: ({ file }) => file?.length,
  pixels: ({ pixels, height, width }) => pixels && pixels.length / (height * width * 3),
};

/**
 * The split, which has what a run reads of it. Its images are not opened.
 *
 * @param dataset What errors call it. @param split Name that was asked for. @throws MOCHI_DATA_OUTPUT
 */
export function requireSplit(dataset: string, split: string, source: unknown): SplitSource {
  const fault = (got: string, want: string) => dataReturned({ of: dataset, call: `"${split}"`, got, want });
  if (!isPlain(source)) throw fault(`${nameOf(source)} in place of it`, 'an object with name, length, images and describe');
  const { length, images, labels, classes, describe } = source;
  if (!Number.isInteger(length) || (length as number) < 0)
    throw fault(`${nameOf(length)} as length`, 'length, the number of its samples');
  if (typeof describe !== 'function')
    throw fault(`${nameOf(describe)} as describe`, 'describe, a function from the place of a sample to its name');
  if (!isPlain(images)) throw fault(`${nameOf(images)} as images`, 'images, an ImageStore such as { kind: "files", paths }');
  const kind = String(images['kind']);
  if (!Object.hasOwn(COUNTS, kind)) throw fault(`images of the kind "${kind}"`, `one of ${Object.keys(COUNTS).join(', ')}`);
  const count = (COUNTS[kind as ImageStore['kind']] as (images: unknown) => number | undefined)(images);
  if (count !== length)
    throw fault(`${length as number} samples, and ${kind} for ${count ?? 'none'}`, 'an image for each sample');
  requireLabels(labels, length as number, classes, fault);
  return source as unknown as SplitSource;
}

function requireLabels(labels: unknown, length: number, classes: unknown, fault: (got: string, want: string) => Error): void {
  if (labels === undefined) return;
  if (!(labels instanceof Int32Array))
    throw fault(`${nameOf(labels)} as labels`, 'labels, an Int32Array [length] of places in classes, or -1');
  if (labels.length !== length)
    throw fault(`${length} samples and ${labels.length} labels`, 'a label for each sample, -1 where there is none');
  const [most, told] = Array.isArray(classes) ? [classes.length, `, and ${classes.length} classes`] : [Infinity, ''];
  const odd = labels.findIndex((label) => label < -1 || label >= most);
  if (odd >= 0)
    throw fault(`the label ${labels[odd]} of sample ${odd}${told}`, 'labels from -1 (none) to the number of classes less one');
}
