/** What a reader needs to know of a metric. */
export interface MetricInfo {
  readonly title: string;
  readonly unit: string;
  readonly better?: 'higher' | 'lower';
  /** What is counted or compared, in a few words. */
  readonly what?: string;
}

const share = 'share';

/** How hard and how false the negatives are. Metrics of the training step have no units in events; evaluators that measure them too have. */
const OF_NEGATIVES: Readonly<Record<string, MetricInfo>> = {
  proxyAccuracy: { title: 'Proxy accuracy', unit: share, what: 'queries whose positive is nearer than every bank row' },
  proxyAccuracyAll: { title: 'Proxy accuracy, all negatives', unit: share, what: 'nearer than every bank row and every synthetic negative' }, // prettier-ignore
  proxyAccuracySynthetic: { title: 'Proxy accuracy, synthetic negatives', unit: share, what: 'nearer than every synthetic negative' }, // prettier-ignore
  effectiveNegatives: { title: 'Effective negatives', unit: 'negatives', what: 'over how many negatives, synthetic ones too, the gradient is spread: exp(entropy)' }, // prettier-ignore
  syntheticSimilarity: { title: 'Similarity of synthetic negatives', unit: 'cosine', what: 'to their query' },
  parentSimilarity: {
    title: 'Similarity of their parents',
    unit: 'cosine',
    what: 'of the rows that they are mixed from, to the query',
  },
  syntheticAbovePositive: { title: 'Synthetic negatives above the positive', unit: share, what: 'nearer to the query than its positive' }, // prettier-ignore
  falseNegativesAtN: {
    title: 'FN@N',
    unit: share,
    what: 'false negatives among the N hardest rows: rows of the class of the query',
  },
  falseNegativesPushed: { title: 'FN@N that enter the loss', unit: share, what: 'the same after samplers that leave rows out' },
  sameClassRows: { title: 'Rows of the same class in the bank', unit: 'rows', what: 'a property of the data' },
  sameClassShare: { title: 'Share of the same class in the bank', unit: share, what: 'a property of the data: the FN@N of rows drawn blindly' }, // prettier-ignore
  syntheticFalseNegatives: { title: 'Synthetic negatives of the same class', unit: share, what: 'mixed from rows of the class of the query alone' }, // prettier-ignore
  syntheticPartFalseNegatives: { title: 'Synthetic negatives partly of the same class', unit: share },
  selfCollisions: { title: 'Own older keys among the hardest', unit: share, what: 'queries with an older key of their own image among the N hardest' }, // prettier-ignore
  rowsLeftOut: {
    title: 'Rows left out of the loss',
    unit: share,
    what: 'of the rows of the bank, those that samplers leave out',
  },
  bankFilled: { title: 'Rows that hold keys', unit: share, what: 'the others are the random vectors that the bank began with' },
  hardestAge: { title: 'Age of the hardest rows', unit: 'steps' },
  bankAge: { title: 'Age of the bank', unit: 'steps' },
};

/** The rest: of the training step, and what evaluators are best known by. */
const KNOWN: Readonly<Record<string, MetricInfo>> = {
  ...OF_NEGATIVES,
  loss: { title: 'Loss', unit: 'nats' }, // no direction: harder negatives make it higher, and that is what they are for
  rate: { title: 'Learning rate', unit: '' },
  gradientNorm: { title: 'Gradient norm', unit: '' },
  accuracy: { title: 'Contrastive accuracy', unit: share },
  positiveProbability: { title: 'Probability of the positive', unit: share },
  positiveSimilarity: { title: 'Similarity of positives', unit: 'cosine' },
  querySpread: { title: 'Spread of the queries', unit: share },
  imagesPerSecond: { title: 'Speed', unit: 'images/s', better: 'higher' },
  skipped: { title: 'Images that could not be read', unit: 'images' },
  top1: { title: 'top-1 accuracy', unit: '%', better: 'higher', what: 'images whose class is the first guess' },
  top5: { title: 'top-5 accuracy', unit: '%', better: 'higher', what: 'images whose class is among the first five guesses' },
  rankme: { title: 'RankMe', unit: 'dimensions', what: 'dimensions in use, of features as they are' },
  effectiveRank: { title: 'effective rank', unit: 'dimensions', what: 'the same of centred features' },
  uniformity: { title: 'uniformity', unit: 'nats', what: 'how evenly features lie on the sphere' },
  spread: { title: 'spread', unit: share, what: 'of features of unit length; 1: evenly spread, 0: all are the same' },
  meanCosine: { title: 'mean cosine', unit: 'cosine', what: 'of different images; 1: all are the same' },
  deadDimensions: { title: 'dead dimensions', unit: '%', what: 'dimensions that hardly vary' },
  nmi: { title: 'NMI', unit: share, what: 'shared information of clusters and classes' },
  ari: { title: 'ARI', unit: share, what: 'agreement of clusters and classes beyond chance' },
  alignment: { title: 'alignment', unit: '', what: 'how far apart two views of an image lie' },
};

const PROFILE = /^(?:(.+)[./])?matchingProbability(\d+)$/;

/** Rank and bank (or evaluator) of a metric of the matching profile; null for any other metric. */
export function profileRank(name: string): { readonly bank: string | null; readonly rank: number } | null {
  const found = PROFILE.exec(name);
  return found ? { bank: found[1] ?? null, rank: Number(found[2]) } : null;
}

/** Whether a metric tells of the negatives, measured by the step or by an evaluator. */
export const isOfNegatives = (name: string): boolean => name.slice(name.lastIndexOf('/') + 1).replace(/^.+\./, '') in OF_NEGATIVES; // prettier-ignore

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
