import type { MapChart, MatrixChart } from '../page/charts.js';
import type { Atlas, Block, Section, Sprite } from '../page/page.js';
import { project } from '../project/project.js';
import type { RunImages } from '../run/images.js';

/** A run with what was seen of it; `problem` says why nothing was. */
export interface LookedAt {
  readonly name: string;
  readonly images: RunImages | null;
  readonly problem: string | null;
}

/** Atlases of a page: equal ones, of runs on the same data, are in it once. */
export class Atlases {
  readonly all: Atlas[] = [];

  add(atlas: Atlas): number {
    const known = this.all.findIndex(({ url }) => url === atlas.url);
    return known >= 0 ? known : this.all.push(atlas) - 1;
  }
}

const missing = ({ name, problem, images }: LookedAt, why: string): Block => ({
  kind: 'text',
  level: problem ? 'warning' : 'info',
  text: `${name}: ${problem ?? images?.problems.join(' ') ?? ''}`.trimEnd().replace(/:$/, `: ${why}`),
});

const of = ({ split, layer, encoder, looked, total }: RunImages): string =>
  `${looked === total ? 'all' : `${looked.toLocaleString('en-US')} of`} ${total.toLocaleString('en-US')} images of the split ${split}, ${layer} of the ${encoder} encoder`;

/** The sections that need the encoder itself: one of each, with a block for each run. */
export function imageSections(runs: readonly LookedAt[], atlases: Atlases): Section[] {
  const blocks = (make: (run: LookedAt & { images: RunImages }, at: number) => Block | null, why: string): Block[] =>
    runs.map((run, at) => (run.images ? make({ ...run, images: run.images }, at) : null) ?? missing(run, why));
  return [
    { id: 'map', title: 'Embedding map', blocks: blocks((run, at) => mapBlock(run.name, run.images, at, atlases), 'there are too few images for a map.') }, // prettier-ignore
    { id: 'neighbours', title: 'Nearest neighbours', blocks: blocks((run) => neighboursBlock(run.name, run.images, atlases), 'there are too few images.') }, // prettier-ignore
    { id: 'confusion', title: 'Confusion', blocks: blocks((run, at) => confusionBlock(run.name, run.images, at), 'its data have no labels, so there are no classes to be confused.') }, // prettier-ignore
    { id: 'augmentation', title: 'Augmentation', blocks: blocks((run) => augmentationBlock(run.name, run.images, atlases), 'no views could be made.') }, // prettier-ignore
  ];
}

function mapBlock(name: string, images: RunImages, at: number, atlases: Atlases): Block | null {
  if (!images.map) return null;
  const { features, dim, names, labels, classes } = images.map;
  const views = project(features, dim);
  if (views.length === 0) return null;
  const chart: MapChart = {
    ...{ kind: 'map', id: `map-${at + 1}`, title: name, wide: true, views, labels, classes, names, images: images.map.images },
    atlas: images.atlas ? atlases.add(images.atlas) : null,
    summary: `${names.length.toLocaleString('en-US')} images: of ${of(images)}. Laid out so that near features are near. Point at a dot, or move with the arrow keys, to see its image.${labels ? ' Up to ten classes are coloured; choose one to see it alone.' : ' The data have no labels, so nothing is coloured.'} Distances between far groups mean little.`,
  };
  return { kind: 'chart', chart };
}

function neighboursBlock(name: string, images: RunImages, atlases: Atlases): Block | null {
  const { neighbours, atlas } = images;
  if (!neighbours || !atlas || neighbours.queries.length === 0) return null;
  const place = atlases.add(atlas);
  const judged = neighbours.queries.some(({ nearest }) => nearest.some(({ sameClass }) => sameClass !== null));
  const rows = neighbours.queries.map(({ image, name: query, nearest }) => ({
    label: query,
    images: [
      { atlas: place, at: image, label: `query: ${query}` },
      ...nearest.map(({ image: at, name: label, cosine, sameClass }): Sprite => ({ atlas: place, at, label: `${label}, cosine ${cosine.toFixed(3)}${sameClass ? ', same class' : ''}`, ...(sameClass === null ? {} : { mark: sameClass ? 'good' : 'bad' }) })), // prettier-ignore
    ],
  }));
  const columns = ['query', ...neighbours.queries[0]!.nearest.map((_, at) => String(at + 1))];
  const caption = `${name}: the nearest by cosine, among ${of(images)}.${judged ? ' A green frame: the class of the query.' : ''} Queries are spread evenly over the split, not chosen.`; // prettier-ignore
  return { kind: 'images', strip: { caption, rows, columns, size: 52 } };
}

function confusionBlock(name: string, images: RunImages, at: number): Block | null {
  if (!images.confusion) return null;
  const { classes, counts, probe } = images.confusion;
  const all = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = counts.reduce((sum, row, index) => sum + row[index]!, 0);
  const chart: MatrixChart = {
    ...{ kind: 'matrix', id: `confusion-${at + 1}`, title: name, wide: true, classes, counts },
    ...{ rows: { label: 'class' }, columns: { label: 'taken for' } },
    summary: `${probe}, on ${of(images)}: ${((100 * right) / Math.max(1, all)).toFixed(1)} % are right. Neighbours here are other images of this split: not the accuracy of an evaluator such as knn, whose neighbours are training images. Shades are shares of the row. The data table lists the most frequent first.`,
  };
  return { kind: 'chart', chart };
}

function augmentationBlock(name: string, images: RunImages, atlases: Atlases): Block | null {
  if (!images.augmentation) return null;
  const { atlas, columns, rows } = images.augmentation;
  const place = atlases.add(atlas);
  const lines = rows.map(({ name: label, images: places }) => ({
    label,
    images: places.map((at, index) => ({ atlas: place, at, label: `${label}, ${columns[index]}` })),
  }));
  const caption = `${name}: images of the training data as evaluators see them, and as the training step does, two draws of each view`;
  return { kind: 'images', strip: { caption, rows: lines, columns, size: 64 } };
}
