import type { EvalContext, Evaluator, Features, MetricSpec } from '@mochi/contract';
import { schedule } from '../common-config.js';
import { modelNeeded, tooFewRows } from '../errors.js';
import { readSplit } from '../features/read-split.js';
import { shuffled, takeRows, type Rows } from '../features/rows.js';
import type { LidarConfig } from './config.js';
import { lidar } from './lidar.js';

const METRICS: readonly MetricSpec[] = [{ name: 'lidar', unit: 'dimensions', better: 'higher' }];

/** How many directions tell images apart beyond what random views of one image differ in. Needs no labels. */
export function lidarEvaluator(options: LidarConfig): Evaluator {
  const { images, views, delta, layer, encoder } = options;
  let measured: { split: string; images: number } | undefined;
  return {
    ...schedule(options, 'lidar', 'views passes over the images; views images D^2 + D^3'),
    metrics: METRICS,
    ...(options.split === null ? {} : { reads: [{ option: 'split', split: options.split, labels: false }] }),
    get settings() {
      return { split: options.split, images, ...measured, views, delta, layer, encoder };
    },
    async run(context: EvalContext) {
      const split = options.split ?? context.splits[0] ?? 'train';
      if (!context.model) throw modelNeeded('lidar');
      const [view] = context.model.views;
      const { ids } = await readSplit(context, 'lidar', split, options);
      const picked = await sampled(ids, images, context);
      const passes: Features[] = [];
      for (let draw = 0; draw < views; draw++)
        passes.push(await readSplit(context, 'lidar', split, { layer, encoder, view: view!, draw, ids: picked }));
      const rows = inAll(passes);
      if (rows[0]!.rows < 2) throw tooFewRows('lidar', split, rows[0]!.rows, 2);
      measured = { split, images: rows[0]!.rows };
      return { lidar: await lidar(rows, { delta }) };
    },
  };
}

async function sampled(ids: Int32Array, most: number, { rng }: EvalContext): Promise<Int32Array> {
  if (ids.length <= most) return ids;
  const order = (await shuffled(ids.length, rng.fork('rows'))).slice(0, most).sort();
  return order.map((row) => ids[row]!);
}

/** The rows of images that every pass could read, in one order. */
function inAll(passes: readonly Features[]): Rows[] {
  const places = passes.map(({ ids }) => new Map(Array.from(ids, (id, row) => [id, row])));
  const shared = Array.from(passes[0]!.ids).filter((id) => places.every((rows) => rows.has(id)));
  return passes.map((pass, at) => takeRows(pass, shared.map((id) => places[at]!.get(id)!))); // prettier-ignore
}
