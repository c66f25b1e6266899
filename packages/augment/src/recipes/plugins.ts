import { API_VERSION, AUGMENTATION, AUGMENTATION_OP, definePlugin } from '@mochi/contract';
import { augmentationOf } from '../augmentation.js';
import type { RecipeData } from './recipe-data.js';
import { recipeConfig } from './recipe-config.js';
import { recipeOf } from './recipe-of.js';
import { byol, cifar, custom, evalCifar, evalImagenet, mocoV1, mocoV2, multiCrop, simclr } from './recipes.js';

/** A recipe as a plugin: its operations are those that ship and those that plugins of the run provide. */
export const recipePlugin = (data: RecipeData) =>
  definePlugin({
    name: data.name,
    kind: 'augment',
    apiVersion: API_VERSION,
    config: recipeConfig(data),
    setup(host, options) {
      host.provide(AUGMENTATION, () => augmentationOf(recipeOf(data, options), host.provided(AUGMENTATION_OP)));
    },
  });

export const mocoV1AugmentPlugin = recipePlugin(mocoV1);
export const mocoV2AugmentPlugin = recipePlugin(mocoV2);
export const simclrAugmentPlugin = recipePlugin(simclr);
export const byolAugmentPlugin = recipePlugin(byol);
export const cifarAugmentPlugin = recipePlugin(cifar);
export const multiCropAugmentPlugin = recipePlugin(multiCrop);
export const customAugmentPlugin = recipePlugin(custom);
export const evalImagenetAugmentPlugin = recipePlugin(evalImagenet);
export const evalCifarAugmentPlugin = recipePlugin(evalCifar);
