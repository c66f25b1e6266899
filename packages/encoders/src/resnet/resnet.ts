import type { Encoder, Rng } from '@mochi/contract';
import { importWeights } from '../import/import-weights.js';
import type { ImportPlan } from '../import/plan-import.js';
import { readWeights } from '../import/read-weights.js';
import { toTorchvision } from '../torchvision.js';
import { architectureOf, convNormsOf, type Architecture, type ResnetName } from './architecture.js';
import { applyResnet } from './apply-resnet.js';
import { resnetConfig, type ResnetOptions } from './config.js';
import { initWeights } from './init-weights.js';

/** An encoder that knows the shape of each of its weights. */
export interface ShapedEncoder extends Encoder {
  /** Shapes of parameters and statistics by name, kernels HWIO and linear weights [in, out], in the order of torchvision's state_dict. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

export interface ResnetWatch {
  /** Called where `weights` were imported, with what was done. */
  readonly onImport?: (plan: ImportPlan, file: string) => void;
}

/** Pixels from which the ImageNet stem is worth its factor of 4: at 128 the last stage still sees 4 x 4. A rule of thumb. */
const IMAGENET_STEM_FROM = 128;

/**
 * A ResNet. Holds no tensors: weights are values that `init` makes and `apply` is given.
 *
 * @param options As in the config; what is left out takes its default. @throws ZodError where an option is wrong or misspelt.
 */
export function resnet(name: ResnetName, options: ResnetOptions = {}, { onImport }: ResnetWatch = {}): ShapedEncoder {
  const config = resnetConfig.parse(options);
  const architecture = architectureOf(name, config);
  const drawn: ShapedEncoder = {
    name,
    dims: { backbone: architecture.features, head: config.head.dim },
    ...(config.stem === 'imagenet' && config.weights === undefined ? { smallestView: IMAGENET_STEM_FROM } : {}), // weights decide the stem
    shapes: shapesOf(architecture),
    init: (rng) => initWeights(architecture, rng, config.zeroInitResidual),
    apply: (weights, images, mode) => applyResnet(architecture, weights, images, mode),
    stateDict: toTorchvision,
  };
  if (config.weights === undefined) return drawn;
  const how = typeof config.weights === 'string' ? { file: config.weights } : config.weights;
  const init = (rng: Rng) => {
    const { weights, plan } = importWeights(readWeights(how.file), drawn, rng, how);
    onImport?.(plan, how.file);
    return weights;
  };
  return { ...drawn, init, draw: drawn.init };
}

function shapesOf(architecture: Architecture): Record<string, readonly number[]> {
  const shapes: Record<string, readonly number[]> = {};
  for (const { conv, norm, size, input, output, groups } of convNormsOf(architecture)) {
    shapes[`${conv}.weight`] = [size, size, input, output];
    const statistics = groups === undefined ? ['running_mean', 'running_var'] : [];
    for (const part of ['weight', 'bias', ...statistics]) shapes[`${norm}.${part}`] = [output];
  }
  for (const { name, input, output } of architecture.head) {
    shapes[`${name}.weight`] = [input, output];
    shapes[`${name}.bias`] = [output];
  }
  return shapes;
}
