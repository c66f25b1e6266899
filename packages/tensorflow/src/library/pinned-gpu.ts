import type { PinnedWheel } from './types.js';

const TENSORFLOW = '2.21.0';
const CP311 = ['--python-version', '3.11', '--implementation', 'cp', '--abi', 'cp311'];

/** The files of a wheel, in the folders that they have there: TensorFlow looks for NVIDIA's libraries in `../nvidia/NAME/lib` beside its own. */
const kept = (folder: string, files: Readonly<Record<string, number>>): PinnedWheel['keep'] =>
  Object.entries(files).map(([name, bytes]) => ({ entry: `${folder}/${name}`, name: `${folder}/${name}`, bytes }));

/** Sizes and hashes were measured on the wheels that `pip install 'tensorflow[and-cuda]==2.21.0'` takes. */
function nvidia(
  name: string,
  version: string,
  platform: string,
  bytes: number,
  sha256: string,
  files: Readonly<Record<string, number>>,
): PinnedWheel {
  return {
    package: `nvidia-${name.replaceAll('_', '-')}-cu12`,
    version,
    fileName: `nvidia_${name}_cu12-${version}-py3-none-${platform}.whl`,
    bytes,
    sha256,
    tags: [...CP311, '--platform', platform.split('.')[0]!],
    keep: kept(`nvidia/${name}`, files),
  };
}

/** TensorFlow for NVIDIA's GPUs. It runs on a processor alone too. */
export const GPU_WHEEL: PinnedWheel = {
  package: 'tensorflow',
  version: TENSORFLOW,
  fileName: `tensorflow-${TENSORFLOW}-cp311-cp311-manylinux_2_27_x86_64.whl`,
  bytes: 572_440_367,
  sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
  tags: [...CP311, '--platform', 'manylinux_2_27_x86_64'],
  keep: kept('tensorflow', { 'libtensorflow_framework.so.2': 162_648_808, 'libtensorflow_cc.so.2': 1_096_372_272 }),
};

/**
 * CUDA 12 and cuDNN 9, without what TensorFlow never loads (cuRAND, NVBLAS, the multi-GPU solver). Of the compiler: the assembler and the device
 * library, which XLA needs.
 */
export const NVIDIA_WHEELS: readonly PinnedWheel[] = [
  nvidia(
    'cublas',
    '12.9.3.13',
    'manylinux_2_27_x86_64',
    581_217_458,
    'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72',
    {
      'lib/libcublas.so.12': 105_140_976,
      'lib/libcublasLt.so.12': 749_169_616,
    },
  ),
  nvidia(
    'cuda_cupti',
    '12.8.90',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    10_248_621,
    'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182',
    {
      'lib/libcupti.so.12': 7_595_792,
    },
  ),
  nvidia(
    'cuda_nvcc',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    40_546_229,
    '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0',
    {
      'bin/ptxas': 34_931_056,
      'nvvm/libdevice/libdevice.10.bc': 486_168,
    },
  ),
  nvidia(
    'cuda_nvrtc',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    89_568_129,
    '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4',
    {
      'lib/libnvrtc-builtins.so.12.9': 7_202_760,
      'lib/libnvrtc.so.12': 106_244_480,
    },
  ),
  nvidia(
    'cuda_runtime',
    '12.9.79',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    3_493_179,
    '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3',
    {
      'lib/libcudart.so.12': 741_088,
    },
  ),
  nvidia(
    'cudnn',
    '9.28.0.42',
    'manylinux_2_27_x86_64',
    716_538_495,
    '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375',
    {
      'lib/libcudnn.so.9': 137_432,
      'lib/libcudnn_adv.so.9': 232_904_280,
      'lib/libcudnn_cnn.so.9': 4_203_992,
      'lib/libcudnn_engines_precompiled.so.9': 559_964_512,
      'lib/libcudnn_engines_runtime_compiled.so.9': 48_269_792,
      'lib/libcudnn_engines_tensor_ir.so.9': 2_099_128,
      'lib/libcudnn_ext.so.9': 10_492_448,
      'lib/libcudnn_graph.so.9': 115_563_344,
      'lib/libcudnn_heuristic.so.9': 96_473_944,
      'lib/libcudnn_ops.so.9': 92_284_600,
    },
  ),
  nvidia(
    'cufft',
    '11.4.1.4',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    200_877_592,
    'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28',
    {
      'lib/libcufft.so.11': 291_507_928,
    },
  ),
  nvidia(
    'cusolver',
    '11.7.5.82',
    'manylinux_2_27_x86_64',
    338_117_415,
    '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88',
    {
      'lib/libcusolver.so.11': 302_024_152,
    },
  ),
  nvidia(
    'cusparse',
    '12.5.10.65',
    'manylinux2014_x86_64.manylinux_2_17_x86_64',
    366_465_088,
    '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78',
    {
      'lib/libcusparse.so.12': 486_556_368,
    },
  ),
  nvidia(
    'nccl',
    '2.32.3',
    'manylinux_2_27_x86_64',
    351_526_311,
    'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c',
    {
      'lib/libnccl.so.2': 473_614_536,
      'lib/libnccl_device.bc': 5_459_448,
    },
  ),
  nvidia(
    'nvjitlink',
    '12.9.86',
    'manylinux2010_x86_64.manylinux_2_12_x86_64',
    39_748_338,
    'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9',
    {
      'lib/libnvJitLink.so.12': 95_935_344,
    },
  ),
];
