/** What both sides are told of a training run; the peer reads the same JSON. */
export interface TrainOptions {
  /** Folder of JPEG files. */
  readonly images: string;
  /** Side of a view, pixels. */
  readonly size: number;
  readonly encoder: 'resnet18' | 'resnet50';
  readonly stem: 'cifar' | 'imagenet';
  /** Channels of the first stage. */
  readonly width: number;
  /** Units of the head's hidden layer. */
  readonly hidden: number;
  readonly batch: number;
  /** Rows of the bank. */
  readonly bank: number;
  /** Absent: plain negatives. */
  readonly mochi?: { readonly n: number; readonly s: number; readonly sPrime: number };
  /** The peer only: through torch.compile. */
  readonly compile?: boolean;
  /** Of encoders. Default: float32 (with TF32 on GPUs that have it). */
  readonly precision?: 'float16';
}

export interface KnnOptions {
  readonly rows: number;
  readonly queries: number;
  readonly dim: number;
  readonly k: number;
  readonly temperature: number;
  readonly classes: number;
}

/** Both sides compute on a GPU. */
export const onGpu = process.env['MOCHI_DEVICE']?.startsWith('gpu') ?? false;

export const MOCHI = { n: 1024, s: 1024, sPrime: 128 } as const;

/** A small run: MoCo-v2 on images of 32 pixels. */
export const smallRun = (images: string): TrainOptions => ({
  images,
  size: 32,
  encoder: 'resnet18',
  stem: 'cifar',
  width: 16,
  hidden: 512,
  batch: 64,
  bank: 4096,
});

/** The same with the whole network. */
export const fullRun = (images: string): TrainOptions => ({ ...smallRun(images), width: 64 });

/** Photos at the size of ImageNet. */
export const photoRun = (images: string): TrainOptions => ({
  images,
  size: 224,
  encoder: 'resnet50',
  stem: 'imagenet',
  width: 64,
  hidden: 2048,
  batch: 8,
  bank: 4096,
});

/** As for a GPU: the whole network on small images, a batch and a bank of the size that people use there. */
export const gpuSmallRun = (images: string): TrainOptions => ({ ...fullRun(images), batch: 256, bank: 16_384 });

/** The setting of MoCo-v2 on ImageNet, on one GPU. */
export const gpuPhotoRun = (images: string): TrainOptions => ({ ...photoRun(images), batch: 256, bank: 65_536 });

/** The config that a user would write for it. */
export const configOf = ({ images, size, encoder, stem, width, hidden, batch, bank, mochi, precision }: TrainOptions) => ({
  seed: 1,
  data: { name: 'image-folder', root: images, labels: 'none' },
  augment: { name: 'moco-v2', size },
  encoder: { name: encoder, stem, width, head: { hidden, dim: 128 } },
  method: { name: 'moco-v2', temperature: 0.2, keyMomentum: 0.999 },
  bank: { name: 'fifo', capacity: bank },
  sampler: mochi ? { name: 'mochi', ...mochi } : 'uniform',
  optimizer: { name: 'sgd', rate: 0.03, momentum: 0.9, weightDecay: 1e-4 },
  ...(precision ? { runtime: { precision } } : {}),
  train: { steps: 1_000_000_000, batchSize: batch }, // it ends when nobody asks for more
});
