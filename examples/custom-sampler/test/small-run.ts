/** A config of three steps on a folder of a dozen images: batches of 4, a bank of 32 rows, embeddings of 8 numbers. */
export const smallRun = (images: string, more: object) => ({
  seed: 1,
  data: { name: 'image-folder', root: images },
  augment: { name: 'custom', size: 16 }, // a crop alone, which compiles soon
  encoder: { name: 'resnet10', stem: 'small', width: 4, stages: 2, head: { hidden: 8, dim: 8 } },
  method: { name: 'moco-v2', batchNorm: { split: 2 } },
  bank: { name: 'fifo', capacity: 32, maskSelf: true },
  optimizer: { name: 'sgd', rate: 0.05 },
  train: { steps: 3, batchSize: 4, logEvery: 1 },
  ...more,
});
