import { z } from 'zod';
import { builtInOperations } from '../built-in-operations.js';
import { probability, range, type BuiltInOp } from '../operation.js';
import { optionProblems } from '../option-problems.js';
import type { RecipeData } from './recipe-data.js';

const side = z.int().min(8).max(1024);
const rgb = z.tuple([z.number(), z.number(), z.number()]);
const positives = z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]);
const scale = range(z.number().positive().max(1), "least and most share of the image's area in a crop");
const ratio = range(z.number().positive(), 'least and most width / height of a crop');
const crop = z
  .enum(['random', 'whole'])
  .describe('random: a part of the image by scale and ratio (RandomResizedCrop); whole: the image stretched over the view');
const viewName = z
  .string()
  .min(1)
  .refine((name) => name !== 'eval', 'eval is always there and needs no naming');

const operation = (name: string): BuiltInOp => builtInOperations.find((one) => one.name === name)!;

/** An operation of a list. Options of one that ships are checked here; those of others, once their plugin is there. */
const entry = z
  .looseObject({
    op: z.string().min(1).describe('name of an operation'),
    p: probability.optional().describe('probability that it happens to an image; default 1'),
    before: z.string().optional().describe('word or name of the operation that it goes before; default: it is the last'),
    views: z.array(viewName).optional().describe('views that get it; default: all'),
  })
  .superRefine(({ op, p: _, before: __, views: ___, ...options }, context) => {
    const known = operation(op);
    const result = known?.options['~standard'].validate(options);
    if (!result || result instanceof Promise) return;
    for (const { path, message } of optionProblems(known!, result.issues ?? []))
      context.addIssue({ code: 'custom', message, path: [...path] });
  });

/** The config of a recipe, made of its data: every option of every operation, with the recipe's value for default. */
export function recipeConfig(data: RecipeData) {
  const { views, small } = data;
  const common = { version: versionOf(data), size: side.default(data.size).describe('side of the square view, pixels') };
  const statistics = {
    mean: rgb.default([...data.mean]).describe('mean of red, green and blue, in parts of 255'),
    std: positives.default([...data.std]).describe('standard deviation of red, green and blue, in parts of 255'),
  };
  if (Object.keys(views).length === 0) return z.strictObject({ ...common, ...statistics });
  return z.strictObject({
    ...common,
    crop: crop.default('random'),
    scale: scale.default([...data.crop.scale]),
    ratio: ratio.default([...data.crop.ratio]),
    ...Object.fromEntries(Object.keys(data.ops).map((key) => [key, operationConfig(key, data).prefault({})])),
    add: z.array(entry).default([]).describe('further operations: { op, p, its options, before, views }'),
    ...(small ? { small: smallConfig(small) } : {}),
    views: viewsConfig(data),
    ...statistics,
  });
}

const versionOf = ({ version }: RecipeData) => z.literal(version).default(version).describe('of the numbers of the recipe');

/** An option that is not the same in all views has no default: given, it is for all of them. */
function operationConfig(key: string, { ops, views }: RecipeData) {
  const { op, ...base } = ops[key]!;
  const fields = Object.entries(fieldsOf(op)).map(([option, type]) => {
    const value = base[option] ?? operation(op).defaults[option] ?? 1;
    const byView = Object.entries(views).map(([view, changes]) => [view, changes[key]?.[option] ?? value] as const);
    const differs = byView.some(([, own]) => JSON.stringify(own) !== JSON.stringify(value));
    const words = `${type.description}; default: ${byView.map(([view, own]) => `${view} ${JSON.stringify(own)}`).join(', ')}`;
    return [option, differs ? type.optional().describe(words) : type.default(value as never)];
  });
  return z.strictObject(Object.fromEntries(fields) as z.ZodRawShape);
}

const fieldsOf = (op: string): Record<string, z.ZodType> => ({
  ...operation(op).shape,
  p: probability.describe('probability that it happens to an image; 0 leaves it out'),
});

const smallConfig = ({ count, size, scale: share }: NonNullable<RecipeData['small']>) =>
  z
    .strictObject({
      count: z.int().min(0).max(32).default(count).describe('of them, named small-0, small-1, ...'),
      size: side.default(size).describe('their side, pixels'),
      scale: scale.default([...share]),
    })
    .prefault({})
    .describe('smaller views of smaller parts');

/** Names, or names with what is otherwise in each view. */
function viewsConfig({ ops, views }: RecipeData) {
  const changes = Object.entries(ops).map(([key, { op }]) => [key, z.strictObject(fieldsOf(op)).partial().optional()]);
  const view = z.strictObject({ size: side, crop, scale, ratio, ...Object.fromEntries(changes) }).partial();
  const names = z.array(viewName).min(1).refine((list) => new Set(list).size === list.length, 'each name once'); // prettier-ignore
  return z
    .union([names, z.record(viewName, view.nullable())])
    .default(Object.keys(views))
    .describe('names of the random views (`eval` is there besides); or a map of names to what is otherwise in a view, laid over the recipe: `{ key: { blur: { p: 0 } } }`, null takes a view out'); // prettier-ignore
}
