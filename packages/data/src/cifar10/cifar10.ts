import type { Dataset } from '@mochi/contract';
import { openCifar, type CifarKind } from '../cifar/cifar-archive.js';
import type { z } from 'zod';
import type { cifar10Config } from './config.js';

const CIFAR10: CifarKind = {
  name: 'cifar10',
  origin: {
    title: 'CIFAR-10',
    layout: 'the folder with data_batch_1.bin ... data_batch_5.bin and test_batch.bin, or the archive cifar-10-binary.tar.gz',
    from: 'www.cs.toronto.edu/~kriz/cifar.html ("binary version", cifar-10-binary.tar.gz)',
  },
  archive: 'cifar-10-binary.tar.gz',
  remote: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz',
    bytes: 170_052_171,
    checksum: { algorithm: 'md5', hex: 'c32a1d4ab5d03f1284b67883e8d87530' },
  },
  folder: 'cifar-10-batches-bin',
  files: { train: [1, 2, 3, 4, 5].map((n) => `data_batch_${n}.bin`), test: ['test_batch.bin'] },
  classes: [10],
  label: 0,
  names: ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck'],
};

/** CIFAR-10: 50,000 training and 10,000 test images of 32 x 32 pixels, 147 MiB for `train`. Errors: see {@link openCifar}. */
export const openCifar10 = (config: z.input<typeof cifar10Config>): Dataset => openCifar(CIFAR10, { download: false, ...config });
