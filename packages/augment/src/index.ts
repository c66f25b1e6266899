export { applySteps, drawsOf } from './apply-step.js';
export { augmentationOf, EVAL_VIEW, evalTransform, type ViewOptions } from './augmentation.js';
export { evalCrop } from './crop/eval-crop.js';
export {
  CROP_DRAWS,
  cropAndResize,
  randomCropBox,
  randomResizedCrop,
  type CropBox,
  type CropOptions,
} from './crop/random-resized-crop.js';
export { brightness } from './ops/brightness.js';
export { colorJitter, type Jitter } from './ops/color-jitter.js';
export { contrast } from './ops/contrast.js';
export { gaussianBlur } from './ops/gaussian-blur.js';
export { grayscale } from './ops/grayscale.js';
export { horizontalFlip } from './ops/horizontal-flip.js';
export { hue } from './ops/hue.js';
export { IMAGENET_MEAN, IMAGENET_STD, normalize, type Rgb } from './ops/normalize.js';
export { saturation } from './ops/saturation.js';
export { solarize } from './ops/solarize.js';
export { choose, toGrid, toImages, toPlanes, type PerImage, type Planes } from './planes.js';
export { type Recipe, type Step } from './recipe.js';
export { evalConfig, type EvalConfig } from './recipes/eval/config.js';
export { evalAugmentPlugin } from './recipes/eval/plugin.js';
export { mocoV2Config, type MocoV2Config } from './recipes/moco-v2/config.js';
export { mocoV2AugmentPlugin } from './recipes/moco-v2/plugin.js';
export { mocoV2Recipe } from './recipes/moco-v2/recipe.js';
