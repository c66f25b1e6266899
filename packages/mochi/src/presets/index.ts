/** A config to build upon by `extends: NAME`. */
export type Preset = Readonly<Record<string, unknown>>;

const mocoV2 = {
  augment: { name: 'moco-v2' },
  method: { name: 'moco-v2', temperature: 0.2, keyMomentum: 0.999, batchNorm: { split: 8 } },
  optimizer: { name: 'sgd', rate: 0.03, momentum: 0.9, weightDecay: 1e-4 },
  schedule: { name: 'cosine' },
  trackers: ['progress', 'jsonl'],
};

/**
 * Recipes by name. The `imagenet` ones have the papers' numbers (MoCo-v2: arXiv:2003.04297; MoCHi: arXiv:2010.01028, section 4), `small` is
 * for images of some 32 to 64 pixels on one processor, `photos` for a folder of anyone's photos.
 */
export const presets: Readonly<Record<string, Preset>> = {
  'moco-v1-imagenet-1k': {
    ...mocoV2,
    augment: { name: 'moco-v1', size: 224 },
    method: { name: 'moco-v2', temperature: 0.07, keyMomentum: 0.999, batchNorm: { split: 8 } },
    encoder: { name: 'resnet50', stem: 'imagenet', head: { kind: 'linear', dim: 128 } },
    bank: { name: 'fifo', capacity: 65536 },
    sampler: 'uniform',
    schedule: { name: 'step', milestones: [120, 160] },
    train: { epochs: 200, batchSize: 256 },
  },
  'moco-v2-imagenet-1k': {
    ...mocoV2,
    augment: { name: 'moco-v2', size: 224 },
    encoder: { name: 'resnet50', stem: 'imagenet', head: { hidden: 2048, dim: 128 } },
    bank: { name: 'fifo', capacity: 65536 },
    sampler: 'uniform',
    train: { epochs: 200, batchSize: 256 },
  },
  'mochi-imagenet-1k': {
    ...mocoV2,
    augment: { name: 'moco-v2', size: 224 },
    encoder: { name: 'resnet50', stem: 'imagenet', head: { hidden: 2048, dim: 128 } },
    bank: { name: 'fifo', capacity: 65536 },
    sampler: { name: 'mochi', n: 1024, s: 1024, sPrime: 128, warmup: '15ep' },
    train: { epochs: 200, batchSize: 256 },
  },
  'mochi-imagenet-100': {
    ...mocoV2,
    augment: { name: 'moco-v2', size: 224 },
    encoder: { name: 'resnet50', stem: 'imagenet', head: { hidden: 2048, dim: 128 } },
    bank: { name: 'fifo', capacity: 16384 },
    sampler: { name: 'mochi', n: 1024, s: 1024, sPrime: 128, warmup: '10ep' },
    train: { epochs: 200, batchSize: 128 },
  },
  small: {
    ...mocoV2,
    augment: { name: 'moco-v2', size: 32 },
    encoder: { name: 'resnet18', stem: 'cifar', width: 32, head: { hidden: 256, dim: 128 } },
    method: { name: 'moco-v2', temperature: 0.2, keyMomentum: 0.99, batchNorm: { split: 2 } },
    bank: { name: 'fifo', capacity: 4096, maskSelf: true },
    sampler: { name: 'mochi', n: 128, s: 128, sPrime: 32 },
    optimizer: { name: 'sgd', rate: 0.06, momentum: 0.9, weightDecay: 5e-4 },
    train: { epochs: 50, batchSize: 64 },
  },
  photos: {
    ...mocoV2,
    augment: { name: 'moco-v2', size: 64 },
    encoder: { name: 'resnet18', stem: 'small', width: 32, head: { hidden: 256, dim: 128 } },
    method: { name: 'moco-v2', temperature: 0.2, keyMomentum: 0.99, batchNorm: { split: 2 } },
    bank: { name: 'fifo', capacity: 1024, maskSelf: true },
    sampler: { name: 'mochi', n: 128, s: 128, sPrime: 32 },
    optimizer: { name: 'sgd', rate: 0.06, momentum: 0.9, weightDecay: 1e-4 },
    train: { epochs: 50, batchSize: 32 },
  },
};
