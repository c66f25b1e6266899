import type { Estimate, EvalContext, Evaluator, MetricSpec } from '@mochi/contract';
import { accuracies, top1, top5 } from '../accuracy.js';
import { labelledPair, schedule, type Warn } from '../common-config.js';
import { tooFewRows } from '../errors.js';
import { nearestNeighbours, type Neighbours } from '../features/nearest-neighbours.js';
import { classCount, labelledRows, readSplit, requireClasses, splitFor } from '../features/read-split.js';
import { centre, meanRow, type LabelledRows } from '../features/rows.js';
import type { KnnConfig } from './config.js';
import { voteByClass } from './weighted-knn.js';

/** k and T of one measurement, and what its metrics' names end in: nothing where there is only one. */
interface Setting {
  readonly k: number;
  readonly temperature: number;
  readonly suffix: string;
}

/** Percent of the test split that the weighted vote of its nearest training rows gets right, for each k and T. */
export function knnEvaluator(options: KnnConfig, warn: Warn = () => {}): Evaluator {
  const { train, test, leaveOneOut, layer, encoder } = options;
  const grid = settingsOf(options);
  const k = Math.max(...grid.map((setting) => setting.k));
  let usedK: number | undefined;
  let classified = test;
  return {
    ...schedule(options, 'knn', 'one pass over both splits; Q R D'),
    metrics: grid.flatMap(({ suffix }) => [top1, top5].map((spec): MetricSpec => ({ ...spec, name: spec.name + suffix }))),
    reads: labelledPair(options, k).slice(0, leaveOneOut ? 1 : 2),
    get settings() {
      const clamped = usedK !== undefined && usedK < k ? { kUsed: usedK } : {};
      const splits = leaveOneOut ? { train, leaveOneOut } : { train, test: classified };
      const { temperature, centre: centred } = options;
      return { k: options.k, ...clamped, temperature, layer, encoder, ...splits, centre: centred };
    },
    async run(context: EvalContext) {
      const readTest = async (): Promise<LabelledRows> => {
        classified = await splitFor(context, 'knn', { option: 'test', split: test, labels: true });
        return labelledRows(await readSplit(context, 'knn', classified, options), 'knn', classified);
      };
      const trainFeatures = await readSplit(context, 'knn', train, options);
      const known = labelledRows(trainFeatures, 'knn', train);
      requireClasses(known.labels, 'knn', train);
      if (leaveOneOut && known.rows < 2) throw tooFewRows('knn with leaveOneOut', train, known.rows, 2);
      const asked = leaveOneOut ? known : await readTest();
      const classes = classCount(trainFeatures.classes, known.labels, asked.labels);
      const neighbours = await neighboursOf(known, asked, k, options, context.signal);
      if (neighbours.k < k && usedK !== neighbours.k)
        warn(`knn: k ${k} is more than the ${known.rows} labelled rows of ${train}; ${neighbours.k} vote.`);
      usedK = neighbours.k;
      const results: Record<string, Estimate> = {};
      for (const setting of grid) {
        const votes = voteByClass(neighbours, known.labels, classes, setting.temperature, setting.k);
        Object.assign(results, await accuracies(votes, classes, asked.labels, context.rng, setting.suffix));
      }
      return results;
    },
  };
}

function settingsOf({ k, temperature }: KnnConfig): Setting[] {
  const [ks, temperatures] = [[k].flat(), [temperature].flat()];
  const alone = ks.length * temperatures.length === 1;
  return ks.flatMap((k) =>
    temperatures.map((temperature) => ({ k, temperature, suffix: alone ? '' : `@k${k},T${temperature}` })),
  );
}

/** The most that any setting needs: a smaller k is the head of the list. */
function neighboursOf(
  known: LabelledRows,
  asked: LabelledRows,
  k: number,
  { leaveOneOut, centre: centred }: KnnConfig,
  signal: AbortSignal,
): Promise<Neighbours> {
  const mean = centred ? meanRow(known) : null;
  const [from, to] = mean ? [centre(known, mean), centre(asked, mean)] : [known, asked];
  const exclude = leaveOneOut ? { exclude: Int32Array.from({ length: known.rows }, (_, row) => row) } : {};
  return nearestNeighbours(to, from, k, { signal, ...exclude });
}
