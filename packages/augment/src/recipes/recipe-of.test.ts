import { expect, test } from 'vitest';
import { augmentationOf } from '../augmentation.js';
import { recipeConfig } from './recipe-config.js';
import { recipeOf } from './recipe-of.js';
import { byol, mocoV1, mocoV2, multiCrop, recipes } from './recipes.js';

const opsOf = (data: typeof byol, options: object, view: string) => recipeOf(data, options).views[view]!.ops;
const p = (data: typeof byol, options: object, view: string, op: string): number | undefined =>
  opsOf(data, options, view).find((entry) => entry.op === op)?.p;

test('the recipes have the numbers of their papers', () => {
  const line = (data: typeof byol, view: string): string =>
    [JSON.stringify(recipeOf(data).views[view]!.crop!.scale), ...opsOf(data, {}, view).map((op) => JSON.stringify(Object.values(op)))].join(' '); // prettier-ignore
  expect(Object.fromEntries(Object.values(recipes).flatMap((data) => Object.keys(recipeOf(data).views).slice(0, 3).map((view) => [`${data.name} ${view}`, line(data, view)])))).toMatchInlineSnapshot(`
    {
      "byol key": "[0.08,1] ["horizontal-flip",0.5] ["color-jitter",0.4,0.4,0.2,0.1,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],0.1] ["solarize",128,0.2]",
      "byol query": "[0.08,1] ["horizontal-flip",0.5] ["color-jitter",0.4,0.4,0.2,0.1,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],1] ["solarize",128,0]",
      "cifar key": "[0.08,1] ["horizontal-flip",0.5] ["color-jitter",0.4,0.4,0.4,0.1,0.8] ["grayscale",0.2]",
      "cifar query": "[0.08,1] ["horizontal-flip",0.5] ["color-jitter",0.4,0.4,0.4,0.1,0.8] ["grayscale",0.2]",
      "custom key": "[0.08,1]",
      "custom query": "[0.08,1]",
      "moco-v1 key": "[0.2,1] ["grayscale",0.2] ["color-jitter",0.4,0.4,0.4,0.4,1] ["horizontal-flip",0.5]",
      "moco-v1 query": "[0.2,1] ["grayscale",0.2] ["color-jitter",0.4,0.4,0.4,0.4,1] ["horizontal-flip",0.5]",
      "moco-v2 key": "[0.2,1] ["color-jitter",0.4,0.4,0.4,0.1,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],0.5] ["horizontal-flip",0.5]",
      "moco-v2 query": "[0.2,1] ["color-jitter",0.4,0.4,0.4,0.1,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],0.5] ["horizontal-flip",0.5]",
      "multi-crop key": "[0.14,1] ["horizontal-flip",0.5] ["color-jitter",0.8,0.8,0.8,0.2,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],0.5]",
      "multi-crop query": "[0.14,1] ["horizontal-flip",0.5] ["color-jitter",0.8,0.8,0.8,0.2,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],0.5]",
      "multi-crop small-0": "[0.05,0.14] ["horizontal-flip",0.5] ["color-jitter",0.8,0.8,0.8,0.2,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],0.5]",
      "simclr key": "[0.08,1] ["horizontal-flip",0.5] ["color-jitter",0.8,0.8,0.8,0.2,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],0.5]",
      "simclr query": "[0.08,1] ["horizontal-flip",0.5] ["color-jitter",0.8,0.8,0.8,0.2,0.8] ["grayscale",0.2] ["gaussian-blur",[0.1,2],0.5]",
    }
  `); // prettier-ignore
});

test('an option of the config holds for every view, even where the recipe has it otherwise in one', () => {
  expect(['query', 'key'].map((view) => p(byol, {}, view, 'gaussian-blur'))).toEqual([1, 0.1]);
  expect(['query', 'key'].map((view) => p(byol, { blur: { p: 0.3 } }, view, 'gaussian-blur'))).toEqual([0.3, 0.3]);
  const own = { blur: { p: 0.3 }, views: { key: { blur: { p: 0.7 } } } };
  expect(['query', 'key'].map((view) => p(byol, own, view, 'gaussian-blur'))).toEqual([0.3, 0.7]);
});

test('views: a list names them, a map changes, adds and takes out', () => {
  expect(Object.keys(recipeOf(mocoV2, { views: ['a', 'b', 'c'] }).views)).toEqual(['a', 'b', 'c']);
  const map = { views: { key: { size: 64, crop: 'whole' }, third: {}, query: null } };
  const { views } = recipeOf(mocoV2, map);
  expect(Object.keys(views)).toEqual(['key', 'third']);
  expect(views['key']).toMatchObject({ size: 64 });
  expect(views['key']!.crop).toBeUndefined();
  expect(views['third']!.size).toBe(224);
});

test('multi-crop has as many small views as asked for, of their own size and scale', () => {
  const { views } = recipeOf(multiCrop, { size: 32, small: { count: 2, size: 16 }, views: { query: {}, key: {}, 'small-1': { size: 24 } } }); // prettier-ignore
  expect(Object.entries(views).map(([name, { size, crop }]) => [name, size, crop!.scale[0]])).toEqual([
    ['query', 32, 0.14],
    ['key', 32, 0.14],
    ['small-0', 16, 0.05],
    ['small-1', 24, 0.05],
  ]);
  expect(augmentationOf(recipeOf(multiCrop)).views.map(({ name, recipe = '' }) => [name, recipe])).toEqual([
    ['query', 'multi-crop/query'],
    ['key', 'multi-crop/query'],
    ...[0, 1, 2, 3, 4, 5].map((at) => [`small-${at}`, 'multi-crop/small-0']),
    ['eval', ''],
  ]);
});

test('what is added goes to its place, and to the views that it names', () => {
  const add = [
    { op: 'cutout', side: 8 },
    { op: 'solarize', p: 0.2, before: 'blur', views: ['key'] },
    { op: 'equalize', before: 'color-jitter' },
  ];
  const names = (view: string) => opsOf(mocoV2, { add }, view).map(({ op }) => op);
  expect(names('query')).toEqual(['equalize', 'color-jitter', 'grayscale', 'gaussian-blur', 'horizontal-flip', 'cutout']);
  expect(names('key')).toEqual(['equalize', 'color-jitter', 'grayscale', 'solarize', 'gaussian-blur', 'horizontal-flip', 'cutout']); // prettier-ignore
  expect(() => recipeOf(mocoV2, { add: [{ op: 'cutout', before: 'jiter' }] })).toThrow(/no "jiter"[^]*MOCHI_AUGMENT_OP/);
  expect(() => recipeOf(mocoV2, { add: [{ op: 'cutout', views: ['kee'] }] })).toThrow(/no view "kee"[^]*MOCHI_AUGMENT_OP/);
});

test('an operation more leaves the numbers of the others as they are, wherever it stands', () => {
  const streams = (options: object) => augmentationOf(recipeOf(mocoV1, { size: 16, ...options })).views[0]!.streams!;
  const add = [{ op: 'equalize', p: 0.5, before: 'grayscale' }, { op: 'grayscale', p: 0.1 }];
  const [plain, more] = [streams({}), streams({ add })];
  expect(more).toEqual(expect.arrayContaining([...plain]));
  expect(more.map(({ name }) => name)).toEqual(['random-resized-crop', 'equalize', 'grayscale', 'color-jitter', 'horizontal-flip', 'grayscale/1']); // prettier-ignore
}); // prettier-ignore

test.each([
  { name: 'a misspelt option', config: { sise: 32 } },
  { name: 'a scale upside down', config: { scale: [1, 0.2] } },
  { name: 'a probability above 1', config: { flip: { p: 1.5 } } },
  { name: 'a view called eval', config: { views: ['eval'] } },
  { name: 'a misspelt option of a view', config: { views: { key: { blurr: { p: 0 } } } } },
  { name: 'a wrong option of what is added', config: { add: [{ op: 'cutout', side: 1 }] } },
  { name: 'another version', config: { version: 2 } },
])('refused: $name', ({ config }) => expect(recipeConfig(mocoV2).safeParse(config).success).toBe(false));
