import type { AugmentationOp } from '@mochi/contract';
import { z } from 'zod';

/** The options of an operation, each described and without a default: recipes give the values. */
type Shape = Readonly<Record<string, z.ZodType>>;

type OptionsOf<S extends Shape> = { readonly [K in keyof S]: z.output<S[K]> };

/** An operation that ships. */
export interface BuiltInOp extends AugmentationOp {
  readonly shape: Shape;
  /** What an option is where a list of operations does not say. */
  readonly defaults: Readonly<Record<string, unknown>>;
}

interface Definition<S extends Shape> extends Omit<AugmentationOp<OptionsOf<S>>, 'options'> {
  readonly shape: S;
  readonly defaults: OptionsOf<S>;
}

/** An operation with options of zod, strict. */
export function defineOperation<S extends Shape>(definition: Definition<S>): BuiltInOp {
  const { shape, defaults } = definition;
  const fields = Object.entries(shape).map(([name, type]) => [name, type.default(defaults[name] as never)]);
  return { ...definition, options: z.strictObject(Object.fromEntries(fields) as z.ZodRawShape) } as unknown as BuiltInOp;
}

export const probability = z.number().min(0).max(1);

/** Two numbers, the first not above the second. */
export const range = (bound: z.ZodNumber, words: string) =>
  z
    .tuple([bound, bound])
    .refine(([low, high]) => low <= high, 'the first number must not be above the second')
    .describe(words);
