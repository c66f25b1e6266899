import { API_VERSION, AUGMENTATION, AUGMENTATION_OP, definePlugin } from '@mochi/contract';
import { augmentationConformance, operationConformance } from '@mochi/testing';
import { z } from 'zod';
import { augmentationOf, builtInOperations, recipeOf, recipePlugin, recipes } from './index.js';

for (const recipe of Object.values(recipes)) {
  const small = recipe.small ? { small: { count: 1, size: 12 } } : {};
  augmentationConformance(recipePlugin(recipe), { size: 16, ...small });
}

/** Every operation that ships, one after another, on the whole image. */
const everything = definePlugin({
  name: 'every-operation',
  kind: 'augment',
  apiVersion: API_VERSION,
  config: z.strictObject({}),
  setup: (host) =>
    host.provide(AUGMENTATION, () =>
      augmentationOf(
        recipeOf(recipes['custom']!, {
          size: 16,
          crop: 'whole',
          views: ['query'],
          add: builtInOperations.map(({ name }) => ({ op: name, p: 0.5 })),
        }),
      ),
    ),
});
augmentationConformance(everything);

/** Each by itself, as the operations of a plugin are held to it. */
operationConformance(
  definePlugin({
    name: 'those-that-ship',
    kind: 'extension',
    apiVersion: API_VERSION,
    config: z.strictObject({}),
    setup: (host) => builtInOperations.forEach((operation) => host.provide(AUGMENTATION_OP, () => operation)),
  }),
);
