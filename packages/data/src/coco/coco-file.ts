import { readFile } from 'node:fs/promises';
import type { AnnotationSource, ImageAnnotations, ObjectAnnotation, RunLengths } from '@mochi/contract';
import { breathe } from '../breathe.js';
import { dataCorrupt } from '../file-errors.js';
import { polygonRuns } from '../masks/polygon-runs.js';
import { checkedRuns, unionOf, unpackRuns } from '../masks/run-lengths.js';
import { jsonElements, type JsonElement } from './json-elements.js';

interface CocoImage {
  readonly id: number;
  readonly file_name: string;
  readonly height: number;
  readonly width: number;
}
interface CocoObject {
  readonly image_id: number;
  readonly category_id: number;
  readonly bbox: readonly [number, number, number, number];
  readonly iscrowd?: number;
  readonly segmentation?:
    readonly (readonly number[])[] | { readonly size: readonly [number, number]; readonly counts: string | readonly number[] };
}
export interface CocoFile {
  /** In the order of the file. */
  readonly images: readonly CocoImage[];
  readonly annotations: AnnotationSource;
}
const EXPECTED = 'a whole JSON file of COCO instances: images, categories, and annotations that refer to both';
const BREATH = 2000;
/** What the input pipeline decodes at most; a larger mask is a mistake that would take all memory. */
const MOST_PIXELS = 2 ** 26;

/**
 * COCO's instances file. Its bytes stay in memory (448 MB for train2017); an image's objects are parsed when they are asked for.
 *
 * @throws MOCHI_DATA_CORRUPT names the file and the element that is wrong.
 */
export async function readCocoFile(path: string): Promise<CocoFile> {
  const bytes = await readFile(path);
  const images: CocoImage[] = [];
  const categories: { id: number; name: string }[] = [];
  const objects: (JsonElement & { image: number })[] = [];
  let count = 0;
  try {
    for (const element of jsonElements(bytes)) {
      if (count++ % BREATH === BREATH - 1) await breathe();
      if (element.key === 'images') images.push(parse(bytes, element) as CocoImage);
      else if (element.key === 'categories') categories.push(parse(bytes, element) as { id: number; name: string });
      else if (element.key === 'annotations') objects.push({ ...element, image: (parse(bytes, element) as CocoObject).image_id });
    }
  } catch (cause) {
    throw dataCorrupt(path, `element ${count} of ${bytes.length} bytes`, (cause as Error).message, EXPECTED, cause);
  }
  if (images.length === 0 || categories.length === 0)
    throw dataCorrupt(
      path,
      `byte ${bytes.length}`,
      `it has ${images.length} images and ${categories.length} categories`,
      EXPECTED,
    );
  categories.sort((a, b) => a.id - b.id);
  const labels = new Map(categories.map(({ id }, label) => [id, label]));
  const ofImage = groupByImage(path, images, objects);
  const of = async (index: number): Promise<ImageAnnotations> => ({
    objects: (ofImage[index] ?? []).map((element) => {
      try {
        return objectOf(parse(bytes, element) as CocoObject, images[index]!, labels);
      } catch (cause) {
        throw dataCorrupt(path, `the annotation at byte ${element.start}`, (cause as Error).message, EXPECTED, cause);
      }
    }),
  });
  return { images, annotations: { classes: categories.map(({ name }) => name), of } };
}

const parse = (bytes: Uint8Array, { start, end }: JsonElement): unknown =>
  JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'));

function groupByImage(
  path: string,
  images: readonly CocoImage[],
  objects: readonly (JsonElement & { image: number })[],
): readonly JsonElement[][] {
  const index = new Map(images.map(({ id }, at) => [id, at]));
  const groups: JsonElement[][] = images.map(() => []);
  for (const { image, ...element } of objects) {
    const at = index.get(image);
    if (at === undefined)
      throw dataCorrupt(path, `the annotation at byte ${element.start}`, `its image ${image} is not in the file`, EXPECTED);
    groups[at]!.push(element);
  }
  return groups;
}

function objectOf(object: CocoObject, image: CocoImage, labels: ReadonlyMap<number, number>): ObjectAnnotation {
  const label = labels.get(object.category_id);
  if (label === undefined) throw new RangeError(`its category ${object.category_id} is not in the file`);
  const [left, top, width, height] = object.bbox;
  const mask = maskOf(object.segmentation, image);
  return { label, box: [left, top, width, height], ...(mask ? { mask } : {}), ...(object.iscrowd ? { ignore: true } : {}) };
}

/** Polygons for single objects; runs, plain or packed, for crowds and for masks that were drawn. */
function maskOf(segmentation: CocoObject['segmentation'], { height, width }: CocoImage): RunLengths | undefined {
  if (segmentation === undefined) return undefined;
  if (!(height * width <= MOST_PIXELS)) throw new RangeError(`its image claims ${height} x ${width} pixels`);
  if (!('counts' in segmentation)) {
    const polygons = segmentation.filter((polygon) => polygon.length >= 6);
    return polygons.length === 0 ? undefined : unionOf(polygons.map((polygon) => polygonRuns(polygon, height, width)));
  }
  const { size, counts } = segmentation;
  if (size[0] !== height || size[1] !== width)
    throw new RangeError(`its mask is ${size.join(' x ')}, its image ${height} x ${width}`);
  return typeof counts === 'string' ? unpackRuns(counts, height, width) : checkedRuns(counts, height, width);
}
