import type { AugmentationOp, DrawStream, StandardSchema } from '@mochi/contract';
import { badOperation, unknownOperation } from './errors.js';
import type { Entry } from './recipe.js';

/** An operation of a list with checked options and its place among the draws. */
export interface PlacedOperation {
  readonly op: AugmentationOp;
  readonly p: number;
  readonly options: unknown;
  /** Of its probability, then its own. */
  readonly stream: DrawStream;
}

/**
 * The operations of a list, those of probability 0 left out.
 *
 * @throws MOCHI_AUGMENT_OP_UNKNOWN, MOCHI_AUGMENT_OP
 */
export function placeOperations(entries: readonly Entry[], known: ReadonlyMap<string, AugmentationOp>): PlacedOperation[] {
  const times = new Map<string, number>();
  return entries.flatMap(({ op: name, p = 1, ...given }) => {
    const op = known.get(name);
    if (!op) throw unknownOperation(name, [...known.keys()]);
    if (!(p >= 0 && p <= 1)) throw badOperation(name, `p is ${p}, not from 0 to 1`);
    const options = checked(name, op.options, given);
    if (p === 0) return [];
    const nth = times.get(name) ?? 0;
    times.set(name, nth + 1);
    const own = typeof op.draws === 'function' ? op.draws(options) : (op.draws ?? 0);
    return [{ op, p, options, stream: { name: nth === 0 ? name : `${name}/${nth}`, count: 1 + own } }];
  });
}

function checked(name: string, schema: StandardSchema, given: unknown): unknown {
  const result = schema['~standard'].validate(given);
  if (result instanceof Promise) throw badOperation(name, 'its schema checks asynchronously, which an operation cannot wait for');
  if (!result.issues) return result.value;
  const where = (path: readonly (PropertyKey | { key: PropertyKey })[] = []): string =>
    path.map((key) => String(typeof key === 'object' ? key.key : key)).join('.');
  const told = result.issues.map(({ message, path }) => [where(path), message].filter(Boolean).join(': '));
  throw badOperation(name, told.join('; '));
}
