import type { AnnotationSource, Dataset, ImageAnnotations } from '@mochi/contract';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { breathe } from '../breathe.js';
import { dataMissing, type Origin } from '../file-errors.js';
import { isImage } from '../image-folder/list-images.js';
import { listedDataset, readLines, rootWith, type Listed, type Place } from '../listed.js';
import { once } from '../splits.js';
import type { z } from 'zod';
import type { vocConfig } from './config.js';
import { readPaletteImage, runsOfValue } from './palette-image.js';
import { parseVocAnnotation, type VocAnnotation } from './parse-annotation.js';

const ORIGIN: Origin = {
  title: 'Pascal VOC',
  layout: 'a folder (VOCdevkit/VOC2007) with Annotations/*.xml, ImageSets/Main/train.txt ... and JPEGImages/*.jpg',
  from: 'host.robots.ox.ac.uk/pascal/VOC, unpacked',
};
const CLASSES =
  'aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep sofa train tvmonitor'.split(
    ' ',
  );
const SPLITS = ['train', 'val', 'trainval', 'test'];

/**
 * Pascal VOC: the splits that ImageSets has lists of, with boxes, and with masks for `imageSet: Segmentation`. Classes are the twenty of
 * VOC, or, in other people's data of this form, the names in all annotations, sorted.
 *
 * @throws MOCHI_DATA_MISSING; MOCHI_DATA_CORRUPT names the annotation file and line.
 */
export function openVoc({ root, year = '2007', imageSet = 'Main' }: z.input<typeof vocConfig>): Dataset {
  const place: Place = { origin: ORIGIN, root: rootWith(root, ['', `VOC${year}`, `VOCdevkit/VOC${year}`], 'ImageSets') };
  const listOf = (split: string): string => `ImageSets/${imageSet}/${split}.txt`;
  const splits = SPLITS.filter((split) => existsSync(join(place.root, listOf(split))));
  if (splits.length === 0) throw dataMissing(ORIGIN, root, [listOf('train')]);
  const ids = async (split: string): Promise<string[]> =>
    (await readLines(place, listOf(split))).map((line) => line.trim().split(/\s+/)[0]!);
  const all = once(async () => readAnnotations(place, (await Promise.all(splits.map(ids))).flat()));
  const list = async (split: string): Promise<Listed> => {
    const [images, { annotations, classes }] = [await ids(split), await all()];
    const names = images.map((id) => `JPEGImages/${id}${endingOf(annotations.get(id))}`);
    const missing = images.filter((id) => !annotations.has(id));
    if (missing.length === images.length) return { names }; // what the organisers kept for themselves
    if (missing.length > 0) throw dataMissing(ORIGIN, place.root, missing.map((id) => `Annotations/${id}.xml`)); // prettier-ignore
    return { names, annotations: sourceOf(place, images, annotations, classes, imageSet === 'Segmentation') };
  };
  const version = /VOC(\d{4})$/.exec(place.root)?.[1];
  return {
    ...listedDataset('voc', place, Object.fromEntries(splits.map((split) => [split, () => list(split)]))),
    ...(version ? { version } : {}),
  };
}

/** Images are JPEGs; in other people's data, what the annotation calls them. */
const endingOf = (annotation: VocAnnotation | undefined): string =>
  annotation?.filename && isImage(annotation.filename) ? annotation.filename.slice(annotation.filename.lastIndexOf('.')) : '.jpg';

async function readAnnotations(
  { root }: Place,
  ids: readonly string[],
): Promise<{ annotations: Map<string, VocAnnotation>; classes: readonly string[] }> {
  const annotations = new Map<string, VocAnnotation>();
  for (const [at, id] of [...new Set(ids)].entries()) {
    const path = join(root, 'Annotations', `${id}.xml`);
    if (existsSync(path)) annotations.set(id, parseVocAnnotation(path, await readFile(path, 'utf8')));
    if (at % 100 === 99) await breathe();
  }
  const names = new Set([...annotations.values()].flatMap(({ objects }) => objects.map(({ name }) => name)));
  return { annotations, classes: [...names].every((name) => CLASSES.includes(name)) ? CLASSES : [...names].sort() };
}

function sourceOf(
  { root }: Place,
  images: readonly string[],
  annotations: ReadonlyMap<string, VocAnnotation>,
  classes: readonly string[],
  masks: boolean,
): AnnotationSource {
  const labels = new Map(classes.map((name, at) => [name, at]));
  const of = async (index: number): Promise<ImageAnnotations> => {
    const id = images[index]!;
    const objects = annotations.get(id)!.objects.map(({ name, box, difficult }) => ({
      label: labels.get(name)!,
      box,
      ...(difficult ? { ignore: true } : {}),
    }));
    if (!masks) return { objects };
    const instances = await readPaletteImage(join(root, 'SegmentationObject', `${id}.png`)); // 1: the first object; 255: a border
    const { height, width, indices } = await readPaletteImage(join(root, 'SegmentationClass', `${id}.png`));
    return {
      objects: objects.map((object, at) => ({ ...object, mask: runsOfValue(instances, at + 1) })),
      segmentation: { height, width, labels: indices },
    };
  };
  return { classes, of };
}
