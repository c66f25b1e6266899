import type { Dataset, SplitSource } from '@mochi/contract';
import { openImages } from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { originalOf } from '../preview/preview-augmentation.js';
import { sheetHtml, type Picture, type SheetRow } from '../preview/sheet.js';
import { spread } from './check-images.js';

/** A contact sheet as a page: some images of each split, spread over it, with class and name. */
export function dataSheet(dataset: Dataset, sources: readonly SplitSource[], pictures: number): string {
  const rows = sources.map((source) => rowOf(source, pictures));
  const about = sources.map(({ name, length }) => `${name} ${length}`).join(', ');
  return sheetHtml(`Images of ${dataset.name}`, [`${about} images.`], rows);
}

function rowOf(source: SplitSource, pictures: number): SheetRow {
  const reader = openImages(source.images);
  try {
    return { title: source.name, views: [...spread(source.length, pictures)].map((id) => pictureOf(source, reader, id)) };
  } finally {
    reader.dispose();
  }
}

/** Nothing: an image that is as large as can be and empty. */
const EMPTY = 'data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==';

function pictureOf({ labels, classes, describe }: SplitSource, reader: ReturnType<typeof openImages>, id: number): Picture {
  const label = labels?.[id];
  const title = label === undefined || label < 0 ? `${id}` : (classes?.[label] ?? `class ${label}`);
  try {
    const original = tidied(() => originalOf(reader.read(tf.scalar(id, 'int32'))));
    return { ...original, title, lines: [...original.lines, describe(id)] };
  } catch {
    return { title, url: EMPTY, lines: ['cannot be decoded', describe(id)], idle: [] };
  }
}

/** What `make` gives, its tensors freed. */
function tidied<R>(make: () => R): R {
  let made: R | undefined;
  tf.tidy(() => {
    made = make();
  });
  return made!;
}
