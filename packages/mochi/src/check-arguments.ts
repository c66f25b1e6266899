import { MochiError } from '@mochi/contract';
import { suggest } from '@mochi/core';
import type { OptionKind } from './option-kinds.js';

// What TypeScript sees and JavaScript does not. Each throws MOCHI_ARGUMENT.

const wrong = (happened: string, expected: string, fix: string): MochiError =>
  new MochiError('MOCHI_ARGUMENT', { happened, expected, fix });

/** @param known Every option of the call. @param needed Those that it cannot do without. */
export function requireOptions(
  call: string,
  given: unknown,
  known: Readonly<Record<string, OptionKind>>,
  needed: readonly string[] = [],
): void {
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw wrong(`${call} was given ${kindOf(given)} as options.`, `an object, e.g. { ${Object.keys(known)[0]}: ... }`, needed.length > 0 ? `Give an object with ${needed.join(' and ')}.` : 'Give an object, or leave it out.'); // prettier-ignore
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(known, name));
  if (unknown === undefined) return requireKinds(call, given as Readonly<Record<string, unknown>>, known, needed);
  const near = suggest(unknown, Object.keys(known));
  throw wrong(
    `${call} has no option "${unknown}".`,
    `options among ${Object.keys(known).join(', ')}`,
    near === undefined ? 'Take it out.' : `Did you mean "${near}"?`,
  );
}

function requireKinds(
  call: string,
  given: Readonly<Record<string, unknown>>,
  known: Readonly<Record<string, OptionKind>>,
  needed: readonly string[],
): void {
  const missing = needed.find((name) => given[name] === undefined);
  if (missing !== undefined)
    throw wrong(`${call} was called without the option "${missing}".`, known[missing]!.expected, `Add ${missing}.`);
  for (const [name, kind] of Object.entries(known)) {
    const value = given[name];
    if (value === undefined || kind.is(value)) continue;
    throw wrong(
      `The option "${name}" of ${call} is ${kindOf(value)}.`,
      kind.expected,
      kind.instead?.(value) ?? `Correct ${name}.`,
    );
  }
}

/** Options that say nothing of what was given. */
export function requireNone<Options extends object>(
  given: Options,
  names: readonly (keyof Options & string)[],
  what: string,
): void {
  const name = names.find((one) => given[one] !== undefined);
  if (name !== undefined)
    throw wrong(`The option "${name}" of loadEncoder is not for ${what}.`, 'options that say something', `Leave ${name} out.`);
}

/** A run folder, a checkpoint, or a file. */
export function requirePath(
  call: string,
  given: unknown,
  as = 'path',
  what = 'a run folder, a checkpoint folder or a file',
): void {
  if (typeof given !== 'string' || given === '')
    throw wrong(`${call} was given ${kindOf(given)} as ${as}.`, `the path of ${what}`, 'Give the path as text.');
}

export function requireConfig(call: string, given: unknown): void {
  const isConfig = typeof given === 'string' || (typeof given === 'object' && given !== null && !Array.isArray(given));
  if (!isConfig || given === '')
    throw wrong(`${call} was given ${kindOf(given)} as config.`, 'the path of a config file, or the config as an object', 'Give one of the two.'); // prettier-ignore
}

const LAYERS = ['backbone', 'head'];

export function requireLayer(given: unknown): void {
  if (LAYERS.includes(given as string)) return;
  const near = typeof given === 'string' ? suggest(given, LAYERS) : undefined;
  throw wrong(
    `An encoder has no layer ${typeof given === 'string' ? `"${given}"` : kindOf(given)}.`,
    `one of: ${LAYERS.join(', ')}`,
    near === undefined ? 'Leave layer out for the backbone, which transfers best.' : `Did you mean "${near}"?`,
  );
}

/** A list of paths and of whole files in memory. */
export function requireImages(given: unknown): void {
  const expected =
    'a list of paths (text) and of encoded files (Uint8Array or Buffer: the bytes of a JPEG, PNG, GIF, BMP or WebP)';
  if (!Array.isArray(given))
    throw wrong(`embed was given ${kindOf(given)} as images.`, expected, isImage(given) ? 'Put the image into a list: embed([image]).' : 'Give a list, e.g. embed([path]).'); // prettier-ignore
  const at = given.findIndex((image) => !isImage(image));
  if (at < 0) return;
  const image = given[at] as unknown;
  const isBuffer = image instanceof ArrayBuffer || image instanceof SharedArrayBuffer || ArrayBuffer.isView(image);
  throw wrong(
    `Image ${at} of the list is ${kindOf(image)}.`,
    expected,
    isBuffer
      ? 'Give its bytes: new Uint8Array(buffer).'
      : 'Read the file, or give its path. Decoded pixels and tensors are for encoder.apply of @mochi/encoders.',
  );
}

const isImage = (given: unknown): boolean => (typeof given === 'string' && given !== '') || given instanceof Uint8Array;

function kindOf(given: unknown): string {
  if (given === '') return 'an empty text';
  if (given === null || given === undefined) return String(given);
  if (typeof given === 'object') return Array.isArray(given) ? 'a list' : `a ${given.constructor?.name ?? 'object'}`;
  if (typeof given === 'string') return `the text "${given}"`;
  return typeof given === 'number' || typeof given === 'boolean' ? `the ${typeof given} ${given}` : `a ${typeof given}`;
}
