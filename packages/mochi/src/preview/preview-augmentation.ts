import type { Augmentation, SplitSource, ViewSpec } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { resizeAntialiased } from '@mochi/tensorflow';
import {
  epochOrder,
  openedAloud,
  openImages,
  previewView,
  type ImageReader,
  type PreviewedView,
  type TrainConfig,
} from '@mochi/trainer';
import * as tf from '@tensorflow/tfjs-core';
import { openRunOnEngine, type ConfigInput, type OpenOptions } from '../open-run.js';
import { pngUrl, shown } from './encode-png.js';
import { sheetHtml, type Picture, type SheetRow } from './sheet.js';

export interface PreviewOptions extends OpenOptions {
  /** Images on the sheet, the first of epoch 0. Default 4. */
  readonly images?: number;
  /** Draws of each random view: those of epochs 0, 1, ... Default 3. */
  readonly draws?: number;
}

/** Originals are shown no larger than this, pixels. */
const LARGEST = 352;

/** What an augmentation makes of the data of a config, as a page: originals, and of each view some draws with what was drawn. */
export async function previewAugmentation(config: ConfigInput, options: PreviewOptions = {}): Promise<string> {
  const host = await openRunOnEngine(config, options);
  try {
    return await sheetOf(host, options);
  } finally {
    await host.dispose();
  }
}

async function sheetOf(host: RunHost, { images = 4, draws = 3 }: PreviewOptions): Promise<string> {
  const { seed, train } = host.config as typeof host.config & { train: TrainConfig };
  const dataset = openedAloud(host);
  const augmentation = host.one('augment');
  const source = await dataset.split(train.split);
  const { name } = host.config['augment'] as { name: string };
  const reader = openImages(source.images);
  try {
    const ids = [...epochOrder(source.length, seed, 0)].slice(0, images);
    const rows = ids.map((id) => rowOf({ reader, source, augmentation, seed, draws }, id));
    const views = augmentation.views.map((view) => `${view.name} (${view.size} px)`).join(', ');
    const about = [`${source.length} images of ${dataset.name}, split ${source.name}; seed ${seed}. Views: ${views}.`];
    return sheetHtml(`Views of the recipe ${name}`, [...about, 'Draws are those of training in the epoch named.'], rows);
  } finally {
    reader.dispose();
  }
}

interface Sheet {
  readonly reader: ImageReader;
  readonly source: SplitSource;
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly draws: number;
}

function rowOf({ reader, source, augmentation, seed, draws }: Sheet, id: number): SheetRow {
  const image = reader.read(tf.scalar(id, 'int32'));
  try {
    const views = augmentation.views.flatMap((spec) =>
      Array.from({ length: spec.draws > 0 ? draws : 1 }, (_, epoch) =>
        pictureOf(augmentation, spec, previewView(augmentation, spec, image, { id, seed, epoch })),
      ),
    );
    return { title: source.describe(id), original: originalOf(image), views };
  } finally {
    image.dispose();
  }
}

/** An image as it is, made smaller where it is large. */
export function originalOf(image: tf.Tensor3D): Picture {
  const [height, width] = image.shape;
  const share = Math.min(1, LARGEST / Math.max(height, width));
  const side = (length: number): number => Math.max(1, Math.round(length * share));
  const url = tf.tidy(() => {
    const small = resizeAntialiased(tf.cast(image, 'float32'), [side(height), side(width)]);
    return pngUrl(tf.clipByValue(tf.round(small), 0, 255));
  });
  return { title: 'original', url, lines: [`${width} x ${height} px`], idle: [] };
}

function pictureOf(augmentation: Augmentation, { name, size, draws }: ViewSpec, made: PreviewedView): Picture {
  const url = tf.tidy(() => pngUrl(shown(made.image, augmentation.statistics)));
  made.image.dispose();
  const [top, left, height, width] = made.box.map((value) => Number(value.toFixed(1)));
  const happened = Object.entries(made.parameters).filter(([, { chosen }]) => chosen === undefined || chosen[0] === 1);
  const idle = Object.keys(made.parameters).filter((operation) => !happened.some(([other]) => other === operation));
  const lines = [
    `crop ${width} x ${height} at ${left}, ${top}, to ${size} px`,
    ...happened.map(([operation, { chosen: _, ...own }]) => `${operation} ${told(own)}`.trim()),
  ];
  return { title: draws > 0 ? `${name}, epoch ${made.epoch}` : name, url, lines, idle };
}

const told = (parameters: Readonly<Record<string, readonly number[]>>): string =>
  Object.entries(parameters).map(([name, values]) => `${name} ${values.map((value) => Number(value.toPrecision(3))).join(' ')}`).join(', '); // prettier-ignore
