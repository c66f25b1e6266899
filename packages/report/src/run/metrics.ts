/** What a reader needs to know of a metric. */
export interface MetricInfo {
  readonly title: string;
  readonly unit: string;
  readonly better?: 'higher' | 'lower';
}

const share = 'share';
/** Metrics of the training step: events carry no units for them. */
const KNOWN: Readonly<Record<string, MetricInfo>> = {
  loss: { title: 'Loss', unit: 'nats' }, // no direction: harder negatives make it higher, and that is what they are for
  rate: { title: 'Learning rate', unit: '' },
  gradientNorm: { title: 'Gradient norm', unit: '' },
  accuracy: { title: 'Contrastive accuracy', unit: share },
  positiveProbability: { title: 'Probability of the positive', unit: share },
  positiveSimilarity: { title: 'Similarity of positives', unit: 'cosine' },
  proxyAccuracy: { title: 'Proxy accuracy', unit: share },
  proxyAccuracyAll: { title: 'Proxy accuracy, all negatives', unit: share },
  proxyAccuracySynthetic: { title: 'Proxy accuracy, synthetic negatives', unit: share },
  effectiveNegatives: { title: 'Effective negatives', unit: 'negatives' },
  syntheticSimilarity: { title: 'Similarity of synthetic negatives', unit: 'cosine' },
  parentSimilarity: { title: 'Similarity of their parents', unit: 'cosine' },
  syntheticAbovePositive: { title: 'Synthetic negatives above the positive', unit: share },
  falseNegativesAtN: { title: 'False negatives among the N hardest (FN@N)', unit: share },
  falseNegativesPushed: { title: 'False negatives among the N hardest that enter the loss', unit: share },
  sameClassRows: { title: 'Rows of the same class in the bank', unit: 'rows' },
  sameClassShare: { title: 'Share of the same class in the bank', unit: share },
  syntheticFalseNegatives: { title: 'Synthetic negatives of the same class', unit: share },
  syntheticPartFalseNegatives: { title: 'Synthetic negatives partly of the same class', unit: share },
  selfCollisions: { title: 'Own older keys among the hardest', unit: share },
  hardestAge: { title: 'Age of the hardest rows', unit: 'steps' },
  bankAge: { title: 'Age of the bank', unit: 'steps' },
  querySpread: { title: 'Spread of the queries', unit: share },
  imagesPerSecond: { title: 'Speed', unit: 'images/s', better: 'higher' },
  skipped: { title: 'Images that could not be read', unit: 'images' },
  top1: { title: 'top-1 accuracy', unit: '%', better: 'higher' },
  top5: { title: 'top-5 accuracy', unit: '%', better: 'higher' },
};

const PROFILE = /^(?:(.+)\.)?matchingProbability(\d+)$/;

/** Rank and bank of a metric of the matching profile; null for any other metric. */
export function profileRank(name: string): { readonly bank: string | null; readonly rank: number } | null {
  const found = PROFILE.exec(name);
  return found ? { bank: found[1] ?? null, rank: Number(found[2]) } : null;
}

/** `bank2.falseNegativesAtN`, `knn/top1` and plain names; what nobody knows is called by its own name. */
export function describeMetric(name: string): MetricInfo {
  const own = KNOWN[name];
  if (own) return own;
  const [evaluator, metric] = name.includes('/') ? [name.slice(0, name.lastIndexOf('/')), name.slice(name.lastIndexOf('/') + 1)] : [null, name]; // prettier-ignore
  if (evaluator !== null)
    return { ...(KNOWN[metric!] ?? { unit: '' }), title: `${evaluator}: ${KNOWN[metric!]?.title ?? metric}` };
  const [bank, ofBank] = name.includes('.') ? [name.slice(0, name.indexOf('.')), name.slice(name.indexOf('.') + 1)] : [null, name]; // prettier-ignore
  const known = bank === null ? undefined : KNOWN[ofBank!];
  return known ? { ...known, title: `${known.title}, ${bank}` } : { title: name, unit: '' };
}
