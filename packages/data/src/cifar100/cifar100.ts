import type { Dataset } from '@mochi/contract';
import { openCifar, type CifarKind } from '../cifar/cifar-archive.js';
import type { z } from 'zod';
import type { cifar100Config } from './config.js';

const CIFAR100 = {
  name: 'cifar100',
  origin: {
    title: 'CIFAR-100',
    layout:
      'the folder with train.bin, test.bin, fine_label_names.txt and coarse_label_names.txt, or the archive cifar-100-binary.tar.gz',
    from: 'www.cs.toronto.edu/~kriz/cifar.html ("binary version", cifar-100-binary.tar.gz)',
  },
  archive: 'cifar-100-binary.tar.gz',
  remote: {
    url: 'https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz',
    bytes: 168_513_733,
    checksum: { algorithm: 'md5' as const, hex: '03b5dce01913d631647c71ecec9e9cb8' },
  },
  folder: 'cifar-100-binary',
  files: { train: ['train.bin'], test: ['test.bin'] },
  classes: [20, 100], // a record begins with the coarse label, then the fine one
};

/** CIFAR-100: 50,000 training and 10,000 test images of 32 x 32 pixels, 147 MiB for `train`. Errors: see {@link openCifar}. */
export function openCifar100({ labels = 'fine', download = false, root }: z.input<typeof cifar100Config>): Dataset {
  const kind: CifarKind = { ...CIFAR100, label: labels === 'coarse' ? 0 : 1, names: { file: `${labels}_label_names.txt` } };
  return openCifar(kind, { root, download });
}
