import { torchShape } from '../torch-layout.js';

export interface ImportOptions {
  /** What stands before each name, e.g. `module.encoder_q.`. Default: found, where there is one encoder. */
  readonly prefix?: string | undefined;
  /** `load`: the head (`fc`) too, strictly; `new`: it is drawn anew and whatever head there is passed over. Default load. */
  readonly head?: 'load' | 'new';
  /** Whether a first kernel of another size or with one input channel is converted. Default false. */
  readonly convertStem?: boolean;
}

/** Which weight of a file becomes which of the encoder, and what does not fit. Names without the prefix. */
export interface ImportPlan {
  readonly prefix: string;
  readonly loaded: readonly string[];
  /** Of the encoder, and not in the file. */
  readonly missing: readonly string[];
  /** In the file under the prefix, and not of the encoder. */
  readonly unexpected: readonly string[];
  /** `name is [got], not [want]`. */
  readonly misshaped: readonly string[];
  /** Drawn anew, as was asked for. */
  readonly drawn: readonly string[];
  /** In the file and passed over: other prefixes, counters, a head that was not wanted. Names as in the file. */
  readonly ignored: readonly string[];
  /** The first kernel had to be converted. */
  readonly stemConverted: boolean;
}

export const STEM = 'conv1.weight';
/** PyTorch's counter of batches: no part of the result, and absent here. */
const isCounter = (name: string): boolean => name.endsWith('num_batches_tracked');
const isHead = (name: string): boolean => /^fc\./.test(name);

/**
 * Holds a file's names and shapes against those of an encoder.
 *
 * @param given Shapes by name, kernels OIHW, linear weights [out, in]. @param shapes Those of the encoder, kernels HWIO.
 */
export function planImport(
  given: ReadonlyMap<string, readonly number[]>,
  shapes: Readonly<Record<string, readonly number[]>>,
  { prefix = findPrefix([...given.keys()]), head = 'load', convertStem = false }: ImportOptions = {},
): ImportPlan {
  const plan = { missing: [], unexpected: [], misshaped: [], drawn: [], loaded: [], ignored: [] } as Record<string, string[]>;
  let stemConverted = false;
  for (const [name, shape] of Object.entries(shapes)) {
    const [got, want] = [given.get(prefix + name), torchShape(shape)];
    if (head === 'new' && isHead(name)) plan['drawn']!.push(name);
    else if (!got) plan['missing']!.push(name);
    else if (got.join() === want.join()) plan['loaded']!.push(name);
    else if (name === STEM && convertStem && canConvert(got, want)) {
      stemConverted = true;
      plan['loaded']!.push(name);
    } else plan['misshaped']!.push(`${name} is [${got.join(', ')}], not [${want.join(', ')}]`);
  }
  for (const name of given.keys()) {
    const inner = name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
    const passed = inner === undefined || isCounter(inner) || (head === 'new' && isHead(inner));
    if (passed) plan['ignored']!.push(name);
    else if (!Object.hasOwn(shapes, inner)) plan['unexpected']!.push(inner);
  }
  return { ...(plan as unknown as Omit<ImportPlan, 'prefix' | 'stemConverted'>), prefix, stemConverted };
}

const canConvert = ([out, input]: readonly number[], [wantOut, wantInput]: readonly number[]): boolean =>
  out === wantOut && (input === wantInput || input === 1);

/** Encoders that follow another as an average: of two, the other is meant. */
const FOLLOWER = /encoder_k|momentum|teacher|target|ema/i;

/** What stands before the first kernel of the one ResNet among the names; of several without followers the shortest; '' where there is none. */
export function findPrefix(names: readonly string[]): string {
  const all = new Set(names);
  const prefixes = names
    .filter((name) => name.endsWith(STEM))
    .map((name) => name.slice(0, -STEM.length))
    .filter((prefix) => all.has(`${prefix}bn1.weight`) && all.has(`${prefix}layer1.0.conv1.weight`));
  const leading = prefixes.filter((prefix) => !FOLLOWER.test(prefix));
  return (leading.length > 0 ? leading : prefixes).sort((a, b) => a.length - b.length)[0] ?? '';
}

const SHOWN = 5;

/** `module.encoder_k.*, module.queue`: a network by what its names begin with; the first few of them. */
function named(names: readonly string[]): string {
  const groups = [...new Set(names.map((name) => name.replace(/^([^.]+\.[^.]+)\..*/, '$1.*')))];
  return [...groups.slice(0, SHOWN), ...(groups.length > SHOWN ? ['...'] : [])].join(', ');
}

/** What an import did, in a line for a log. */
export function importReport(encoder: string, plan: ImportPlan, file: string): string {
  const under = plan.prefix === '' ? '' : ` under "${plan.prefix}"`;
  const notes = [
    `${plan.loaded.length} weights${under}`,
    ...(plan.stemConverted ? ['the first kernel converted'] : []),
    ...(plan.drawn.length > 0 ? [`drawn anew: ${plan.drawn.join(', ')}`] : []),
    ...(plan.ignored.length > 0 ? [`passed over: ${plan.ignored.length} others (${named(plan.ignored)})`] : []),
  ];
  return `${encoder} from ${file}: ${notes.join('; ')}`;
}
