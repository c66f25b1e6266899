import type { PinnedWheel } from './types.js';

const TENSORFLOW = '2.21.0';

/** Sizes and hash were measured on the wheel. cp311, whatever Python runs: what is kept of it does not depend on Python. */
export const CPU_WHEEL: PinnedWheel = {
  package: 'tensorflow-cpu',
  version: TENSORFLOW,
  fileName: `tensorflow_cpu-${TENSORFLOW}-cp311-cp311-manylinux_2_27_x86_64.whl`,
  bytes: 273_829_956,
  sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
  tags: ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311', '--platform', 'manylinux_2_27_x86_64'],
  keep: [
    { entry: 'tensorflow/libtensorflow_framework.so.2', name: 'libtensorflow_framework.so.2', bytes: 65_222_328 },
    { entry: 'tensorflow/libtensorflow_cc.so.2', name: 'libtensorflow_cc.so.2', bytes: 788_086_608 },
  ],
};

/** The newest archive that TensorFlow itself publishes. Older than the wheel, so it is the last resort. */
export const ARCHIVE_URL = 'https://storage.googleapis.com/tensorflow/versions/2.18.0/libtensorflow-cpu-linux-x86_64.tar.gz';

/** manylinux_2_27: the oldest C library that the wheel runs on. */
export const OLDEST_GLIBC = '2.27';

export const TESTED_VERSIONS: readonly string[] = ['2.21.'];

/** `cc` first: what the wheel has. The archive has the same C API under the other name. */
export const CC_NAMES = ['libtensorflow_cc.so.2', 'libtensorflow.so.2'] as const;
export const FRAMEWORK_NAME = 'libtensorflow_framework.so.2';
