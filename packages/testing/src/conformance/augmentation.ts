import type { Augmentation, Plugin, ViewSpec } from '@mochi/contract';
import { compile, createRng } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { leakFree } from '../leak-free.js';
import { require, requireFinite, requireRepeatable, requireSame, requireTensor, snapshot, takeRows } from './compare.js';
import { inScope, refusesUnknown, withService, type Check } from './suite.js';

const BATCH = 5;
/** A crop and jitter sum up in another order when compiled; values are about 1. */
const CLOSE = { rtol: 1e-4, atol: 1e-4 };

/** What every augmentation must keep, for each of its views. @param options As in a config. */
export function augmentationChecks(plugin: Plugin, options: object = {}): Check[] {
  const check = (name: string, run: (augmentation: Augmentation, view: ViewSpec) => void): Check => ({
    name,
    run: () =>
      withService(plugin, 'augment', options, (augmentation) => {
        require(new Set(augmentation.views.map((view) => view.name)).size ===
          augmentation.views.length, 'two views have one name');
        for (const view of augmentation.views) inScope(() => run(augmentation, view), `view ${view.name}`);
      }),
  });
  return [
    check('a view shows a part of any image, whatever is drawn', crops),
    check('a batch keeps its shape and is finite, at the ends of the draws too', applies),
    check('the same draws give the same views', repeats),
    check('no image sees another, or the draws of another', applyAlone),
    check('streams have names of their own and count the draws; what is told of them is told of each image', tells),
    check('a compiled step gives what an eager one gives', compiles),
    check('no tensor is left behind and no input is disposed', leaksNothing),
    refusesUnknown(plugin, 'augment', options),
  ];
}

const batchOf = ({ size }: ViewSpec) => createRng(7, 'batch').uniform([BATCH, size, size, 3], 0, 255) as tf.Tensor4D;
const drawsOf = ({ draws }: ViewSpec) => createRng(8, 'draws').uniform([BATCH, draws]) as tf.Tensor2D;
/** The ends of [0, 1) and the middle. */
const EDGES = [0, 0.5, 1 - 2 ** -24];

const SIZES = [
  [40, 56],
  [7, 90],
  [90, 7],
  [1, 1],
  [375, 500],
] as const;
const sizes = () => tf.tensor2d(SIZES.map((size) => [...size]));

function crops(augmentation: Augmentation, { draws, name, sees = 'box' }: ViewSpec): void {
  for (const edge of EDGES) {
    const boxes = augmentation.crop(sizes(), tf.fill([SIZES.length, draws], edge) as tf.Tensor2D, name);
    requireTensor(boxes, [SIZES.length, 4], 'float32', 'the crop');
    for (const [at, box] of (boxes.arraySync() as [number, number, number, number][]).entries()) {
      const [top, left, height, width] = box;
      const [high, wide] = SIZES[at]!;
      const slack = 1e-3; // pixels, for boxes that are fractions
      const inside = top >= -slack && left >= -slack && top + height <= high + slack && left + width <= wide + slack;
      require(height > 0 && width > 0 && inside, `the crop of ${high}x${wide} is [${box.join(', ')}], not a part of it`);
      const whole = sees === 'image' || box.every(Number.isInteger);
      require(whole, `the crop of ${high}x${wide} is [${box.join(', ')}]: a view that sees its box alone has whole sides`);
    }
  }
}

function applies(augmentation: Augmentation, view: ViewSpec): void {
  for (const draws of [drawsOf(view), ...EDGES.map((edge) => tf.fill([BATCH, view.draws], edge) as tf.Tensor2D)]) {
    for (const images of [batchOf(view), tf.zeros([BATCH, view.size, view.size, 3]) as tf.Tensor4D]) {
      const out = augmentation.apply(images, draws, view.name);
      requireTensor(out, images.shape, 'float32', 'the batch');
      requireFinite(snapshot({ out }), 'the batch');
    }
  }
}

const both = (augmentation: Augmentation, view: ViewSpec) =>
  snapshot({
    crop: augmentation.crop(sizes(), drawsOf(view), view.name),
    batch: augmentation.apply(batchOf(view), drawsOf(view), view.name),
  });

function repeats(augmentation: Augmentation, view: ViewSpec): void {
  requireRepeatable(() => both(augmentation, view), 'a second call');
}

function applyAlone(augmentation: Augmentation, view: ViewSpec): void {
  const [images, draws] = [batchOf(view), drawsOf(view)];
  const all = snapshot({ batch: augmentation.apply(images, draws, view.name) });
  const one = augmentation.apply(tf.slice(images, 3, 1), tf.slice(draws, 3, 1), view.name);
  requireSame(snapshot({ batch: one }), takeRows(all, [3]), 'an image alone', CLOSE);
  const boxes = snapshot({ crop: augmentation.crop(sizes(), draws, view.name) });
  const box = augmentation.crop(tf.slice(sizes(), 3, 1), tf.slice(draws, 3, 1), view.name);
  requireSame(snapshot({ crop: box }), takeRows(boxes, [3]), 'the crop of an image alone', CLOSE);
}

function tells(augmentation: Augmentation, view: ViewSpec): void {
  const { streams, draws, name } = view;
  if (streams) {
    const names = streams.map((stream) => stream.name);
    require(new Set(names).size === names.length, `two streams have one name: ${names.join(', ')}`);
    const sum = streams.reduce((all, { count }) => all + count, 0);
    require(sum === draws, `its streams have ${sum} draws, not ${draws}`);
  }
  for (const [operation, parameters] of Object.entries(augmentation.parameters?.(drawsOf(view), name) ?? {}))
    for (const [parameter, { shape }] of Object.entries(parameters))
      require(shape[0] === BATCH, `${operation}.${parameter} has the shape [${shape.join(', ')}] for ${BATCH} images`);
}

function compiles(augmentation: Augmentation, view: ViewSpec): void {
  const crop = compile((of: tf.Tensor2D, draws: tf.Tensor2D) => augmentation.crop(of, draws, view.name), { name: 'crop' });
  const apply = compile((images: tf.Tensor4D, draws: tf.Tensor2D) => augmentation.apply(images, draws, view.name), {
    name: 'apply',
  });
  try {
    const compiled = {
      crop: crop(sizes(), drawsOf(view)),
      batch: apply(batchOf(view), drawsOf(view)),
    };
    requireSame(snapshot(compiled), both(augmentation, view), 'compiled', CLOSE);
  } finally {
    crop.dispose();
    apply.dispose();
  }
}

function leaksNothing(augmentation: Augmentation, view: ViewSpec): void {
  both(augmentation, view); // the first call may make constants that stay
  leakFree([sizes(), drawsOf(view)], (of, draws) => augmentation.crop(of, draws, view.name));
  leakFree([batchOf(view), drawsOf(view)], (images, own) => augmentation.apply(images, own, view.name));
}
