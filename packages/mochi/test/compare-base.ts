/** What the variants of a small comparison share, but for `train`. */
export const BASE = {
  seed: 5,
  data: { name: 'image-folder', root: '.' },
  augment: { name: 'moco-v2', size: 16 },
  encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
  method: 'moco-v2',
  bank: { name: 'fifo', capacity: 32 },
  sampler: { name: 'mochi', n: 8, s: 8, sPrime: 4 },
  optimizer: { name: 'sgd', rate: 0.05 },
};
