/** A draw in plain numbers. */
export interface Problem {
  readonly queries: number[][];
  readonly positives: number[][];
  readonly ids: number[];
  readonly labels?: number[];
  readonly step: number;
  readonly n: number;
  readonly temperature: number;
  readonly negatives: { readonly blocks: Block[] };
  readonly banks: Record<string, Bank>;
}

interface Bank {
  readonly state: { rows: number[][]; ids: number[]; writtenAt: number[]; labels?: number[] };
  readonly mask?: number[][];
}

interface Block {
  readonly kind: 'bank' | 'mixture' | 'rows';
  readonly bank: string;
  readonly logWeights?: number[][];
  readonly rows: never;
  readonly weights: number[][][];
  readonly queryWeight?: number[][];
}

/** One negative of one query. */
interface Negative {
  readonly cosine: number;
  readonly logWeight: number;
  /** Rows of the bank that it was made of, of synthetic ones. */
  readonly parents?: { bank: Bank; rows: number[] };
  readonly synthetic: boolean;
}

const dot = (a: number[], b: number[]): number => a.reduce((sum, x, d) => sum + x * b[d]!, 0);
const mean = (values: number[]): number => values.reduce((sum, x) => sum + x, 0) / values.length;
const share = (of: boolean[]): number => mean(of.map(Number));

/** The negatives of query b, one by one: synthetic ones as vectors. */
function negativesOf(problem: Problem, b: number): Negative[] {
  const query = problem.queries[b]!;
  return problem.negatives.blocks.flatMap((block): Negative[] => {
    const logWeight = (m: number) => block.logWeights?.[b]![m] ?? 0;
    if (block.kind === 'bank')
      return problem.banks[block.bank]!.state.rows.map((row, k) => ({
        ...{ cosine: dot(query, row), logWeight: logWeight(k), synthetic: false },
      }));
    if (block.kind === 'rows')
      return (block.rows as number[][][])[b]!.map((row, m) => ({
        ...{ cosine: dot(query, row), logWeight: logWeight(m), synthetic: true },
      }));
    const bank = problem.banks[block.bank]!;
    return (block.rows as number[][][])[b]!.map((rows, m) => {
      const own = block.queryWeight?.[b]![m] ?? 0;
      const mixed = query.map(
        (x, d) => own * x + rows.reduce((sum, row, p) => sum + block.weights[b]![m]![p]! * bank.state.rows[row]![d]!, 0),
      );
      const cosine = dot(query, mixed) / Math.sqrt(dot(mixed, mixed));
      return { cosine, logWeight: logWeight(m), synthetic: true, parents: { bank, rows } };
    });
  });
}

/** Every metric, computed one query and one negative at a time. */
export function expected(problem: Problem): Record<string, number> {
  const { queries, positives, labels } = problem;
  const each = queries.map((_, b) => negativesOf(problem, b));
  const own = queries.map((query, b) => dot(query, positives[b]!));
  const synthetic = each.map((all) => all.filter(({ synthetic, logWeight }) => synthetic && logWeight > -Infinity));
  const has = each[0]!.some((one) => one.synthetic);
  const names = [...new Set(problem.negatives.blocks.flatMap(({ kind, bank }) => (kind === 'rows' ? [] : [bank])))];
  const rows = queries.map((query, b) =>
    names.flatMap((name) => drawable(problem.banks[name]!, b).map(({ row }) => dot(query, row))),
  );
  const cosines = synthetic.map((all) => all.map(({ cosine }) => cosine));
  const above = (rivals: (b: number) => number[]) => share(own.map((cosine, b) => rivals(b).every((rival) => cosine > rival)));
  return {
    proxyAccuracy: above((b) => rows[b]!),
    ...(has ? { proxyAccuracyAll: above((b) => [...rows[b]!, ...cosines[b]!]) } : {}),
    ...(has ? { proxyAccuracySynthetic: above((b) => cosines[b]!) } : {}),
    ...matching(problem, each, own),
    ...(has ? hardness(problem, synthetic, own) : {}),
    ...(has && labels ? falseSynthetic(synthetic, labels) : {}),
    ...Object.fromEntries(names.flatMap((name) => Object.entries(ofBank(problem, name)))),
    querySpread: spread(queries),
  };
}

const drawable = ({ state, mask }: Bank, b: number) =>
  state.rows.map((row, k) => ({ row, k })).filter(({ k }) => !mask || mask[b]![k]! > -Infinity);

function matching({ temperature }: Problem, each: Negative[][], own: number[]): Record<string, number> {
  const weights = each.map((all) => all.map(({ cosine, logWeight }) => Math.exp(cosine / temperature + logWeight)));
  const totals = weights.map((all) => all.reduce((sum, w) => sum + w, 0));
  const sorted = weights.map((all, b) =>
    all.map((w) => w / (totals[b]! + Math.exp(own[b]! / temperature))).sort((x, y) => y - x),
  );
  const ranks = Array.from({ length: 11 }, (_, power) => 2 ** power).filter((rank) => rank <= sorted[0]!.length);
  const effective = weights.map((all, b) => {
    const entropy = all.map((w) => w / totals[b]!).reduce((sum, p) => sum - (p > 0 ? p * Math.log(p) : 0), 0);
    return Math.exp(entropy);
  });
  return {
    ...Object.fromEntries(ranks.map((rank) => [`matchingProbability${rank}`, mean(sorted.map((all) => all[rank - 1]!))])),
    effectiveNegatives: mean(effective),
  };
}

function hardness({ queries }: Problem, synthetic: Negative[][], own: number[]): Record<string, number> {
  const parents = synthetic.flatMap((all, b) =>
    all.flatMap((one) =>
      one.parents ? [mean(one.parents.rows.map((row) => dot(queries[b]!, one.parents!.bank.state.rows[row]!)))] : [],
    ),
  );
  return {
    syntheticSimilarity: mean(synthetic.flat().map(({ cosine }) => cosine)),
    syntheticAbovePositive: share(synthetic.flatMap((all, b) => all.map(({ cosine }) => cosine > own[b]!))),
    parentSimilarity: mean(parents),
  };
}

function falseSynthetic(synthetic: Negative[][], labels: number[]): Record<string, number> {
  const same = synthetic.flatMap((all, b) =>
    all.flatMap(({ parents }) => {
      const classes = parents ? parents.rows.map((row) => parents.bank.state.labels![row]!) : [-1];
      return labels[b]! < 0 || classes.includes(-1) ? [] : [classes.map((one) => one === labels[b])];
    }),
  );
  return {
    syntheticFalseNegatives: share(same.map((of) => of.every(Boolean))),
    syntheticPartFalseNegatives: share(same.map((of) => of.some(Boolean) && !of.every(Boolean))),
  };
}

function ofBank({ queries, ids, labels, banks, step, n, negatives }: Problem, name: string): Record<string, number> {
  const block = negatives.blocks.find(({ kind, bank }) => kind === 'bank' && bank === name);
  const inLoss = (b: number, k: number): boolean => (block?.logWeights?.[b]![k] ?? 0) > -Infinity;
  const bank = banks[name]!;
  const { state } = bank;
  const candidates = queries.map((_, b) => drawable(bank, b).map(({ k }) => k));
  const hardest = candidates.map((all, b) =>
    [...all].sort((x, y) => dot(queries[b]!, state.rows[y]!) - dot(queries[b]!, state.rows[x]!)).slice(0, n),
  );
  const ages = (rows: number[]) => rows.filter((k) => state.writtenAt[k]! >= 0).map((k) => step - state.writtenAt[k]!);
  const pairs = (all: number[][]) => all.flatMap((rows, b) => rows.map((k) => ({ b, k, same: state.labels![k] === labels![b] })));
  const known = (all: number[][]) => pairs(all).filter(({ b, k }) => state.labels![k]! >= 0 && labels![b]! >= 0);
  const values = {
    ...(labels && state.labels
      ? {
          falseNegativesAtN: share(known(hardest).map(({ same }) => same)),
          falseNegativesPushed: share(known(hardest).map(({ b, k, same }) => same && inLoss(b, k))),
          sameClassRows: known(candidates).filter(({ same }) => same).length / labels.filter((label) => label >= 0).length,
          sameClassShare: share(known(candidates).map(({ same }) => same)),
        }
      : {}),
    ...(block ? { rowsLeftOut: share(candidates.flatMap((all, b) => all.map((k) => !inLoss(b, k)))) } : {}),
    bankFilled: share(state.writtenAt.map((at) => at >= 0)),
    selfCollisions: share(hardest.map((rows, b) => rows.some((k) => state.ids[k] === ids[b]))),
    hardestAge: mean(hardest.flatMap(ages)),
    bankAge: mean(ages(state.rows.map((_, k) => k))),
  };
  const prefix = name === 'bank' ? '' : `${name}.`;
  return Object.fromEntries(Object.entries(values).map(([metric, value]) => [`${prefix}${metric}`, value]));
}

function spread(queries: number[][]): number {
  const deviations = queries[0]!.map((_, d) => {
    const column = queries.map((query) => query[d]!);
    return Math.sqrt(mean(column.map((x) => (x - mean(column)) ** 2)));
  });
  return mean(deviations) * Math.sqrt(queries[0]!.length);
}
