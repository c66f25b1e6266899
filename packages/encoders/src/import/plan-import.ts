import { weightsMismatch } from '../errors.js';
import { torchShape } from '../torch-layout.js';
import { describeShapes, type Shapes } from './describe-weights.js';
import { findPrefix, prefixesIn } from './find-prefix.js';

export interface ImportOptions {
  /** Named in errors. */
  readonly file?: string | undefined;
  /** What stands before each name, e.g. `module.encoder_q.`; where two end alike with the keys of the checkpoint, `teacher.backbone.`. Default: found. */
  readonly prefix?: string | undefined;
  /** `load`: the head (`fc`) too, strictly; `new`: it is drawn anew and whatever head there is passed over. Default load. */
  readonly head?: 'load' | 'new';
  /** Whether a first kernel of another size or with one input channel is converted. Default false. */
  readonly convertStem?: boolean;
}

/** Names of a file and their shapes. */
export const shapesIn = (stored: ReadonlyMap<string, { readonly shape: readonly number[] }>): Shapes =>
  new Map([...stored].map(([name, { shape }]) => [name, shape]));

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
 * @throws MOCHI_WEIGHTS_PREFIX where it is not clear which network is meant
 */
export function planImport(
  given: Shapes,
  shapes: Readonly<Record<string, readonly number[]>>,
  { prefix: wanted, head = 'load', convertStem = false }: ImportOptions = {},
): ImportPlan {
  const prefix = findPrefix([...given.keys()], wanted);
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

/** @throws MOCHI_WEIGHTS_MISMATCH, which says what the weights are of and lists what is missing, unexpected or of another shape */
export function requireFit(
  plan: ImportPlan,
  given: Shapes,
  { name, shapes }: { readonly name: string; readonly shapes: Readonly<Record<string, readonly number[]>> },
): void {
  if (plan.missing.length + plan.unexpected.length + plan.misshaped.length === 0) return;
  const wanted = new Map(Object.entries(shapes).map(([weight, shape]) => [weight, torchShape(shape)]));
  const [is, meant] = [describeShapes(given, plan.prefix), describeShapes(wanted)];
  const head = plan.drawn.length > 0 ? { head: null } : {}; // drawn anew, whatever it is
  throw weightsMismatch(name, plan, is && { ...is, ...head }, meant && { ...meant, ...head });
}

const SHOWN = 5;

/** `module.encoder_k.*, module.queue`: a network by what its names begin with, a layer by its name; the first few of them, and counters by number. */
function named(names: readonly string[]): string {
  const prefixes = prefixesIn(names);
  const of = (name: string): string => {
    const network = prefixes.find((prefix) => name.startsWith(prefix));
    return network === undefined ? name.replace(/\.(weight|bias)$/, '.*') : `${network}*`;
  };
  const groups = [...new Set(names.filter((name) => !isCounter(name)).map(of))];
  const shown = [...groups.slice(0, SHOWN), ...(groups.length > SHOWN ? [`${groups.length - SHOWN} more`] : [])].join(', ');
  const counters = names.filter(isCounter).length;
  return [shown, counters > 0 ? `${counters} counters of batch norm` : ''].filter((part) => part !== '').join(' and ');
}

/** What an import did, in a line for a log. */
export function importReport(encoder: string, plan: ImportPlan, file: string): string {
  const under = plan.prefix === '' ? '' : ` under "${plan.prefix}"`;
  const notes = [
    `${plan.loaded.length} weights${under}`,
    ...(plan.stemConverted ? ['the first kernel converted'] : []),
    ...(plan.drawn.length > 0 ? [`drawn anew: ${plan.drawn.join(', ')}`] : []),
    ...(plan.ignored.length > 0 ? [`passed over: ${named(plan.ignored)}`] : []),
  ];
  return `${encoder} from ${file}: ${notes.join('; ')}`;
}
