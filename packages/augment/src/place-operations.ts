import type { AugmentationOp, DrawStream, Provided } from '@mochi/contract';
import { nameClash, suggest } from '@mochi/core';
import { builtInOperations } from './built-in-operations.js';
import { badOperation, operationTaken, operationUnnamed, unknownOperation } from './errors.js';
import { optionProblems } from './option-problems.js';
import type { Entry } from './recipe.js';

/** An operation of a list with checked options and its place among the draws. */
export interface PlacedOperation {
  readonly op: AugmentationOp;
  readonly p: number;
  readonly options: unknown;
  /** Of its probability, then its own. */
  readonly stream: DrawStream;
}

/** Of a plugin of the run. */
export type OwnOperation = Pick<Provided<AugmentationOp>, 'label' | 'service'>;

/** By name: those that ship, and those of plugins. @throws MOCHI_AUGMENT_OP_NAME */
export function knownOperations(own: readonly OwnOperation[]): ReadonlyMap<string, AugmentationOp> {
  for (const { label, service } of own) {
    const { name } = service as { name?: unknown };
    if (typeof name !== 'string' || name === '') throw operationUnnamed(name, label);
  }
  const all = [...builtInOperations.map((service) => ({ label: 'mochi itself', service })), ...own];
  const clash = nameClash(all);
  if (clash) throw operationTaken(clash);
  return new Map<string, AugmentationOp>(all.map(({ service }) => [service.name, service]));
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
    if (!op) throw unknownOperation(name, [...known.keys()], suggest(name, known.keys()));
    if (!(p >= 0 && p <= 1)) throw badOperation(name, `p is ${p}, not from 0 to 1`);
    const options = checked(op, given);
    if (p === 0) return [];
    const nth = times.get(name) ?? 0;
    times.set(name, nth + 1);
    const own = typeof op.draws === 'function' ? op.draws(options) : (op.draws ?? 0);
    return [{ op, p, options, stream: { name: nth === 0 ? name : `${name}/${nth}`, count: 1 + own } }];
  });
}

function checked(op: AugmentationOp, given: object): unknown {
  const result = op.options['~standard'].validate(given);
  if (result instanceof Promise)
    throw badOperation(op.name, 'its schema checks asynchronously, which an operation cannot wait for');
  if (!result.issues) return result.value;
  const told = optionProblems(op, result.issues).map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  throw badOperation(op.name, told.join('; '));
}
