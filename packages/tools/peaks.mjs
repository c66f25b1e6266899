// What this machine can do at most, through our runtime: products of matrices and 3 x 3 convolutions with both gradients, in float32 and in
// bfloat16 where it is native, and the bandwidth of memory. To be compared with what a step reaches.
//   node packages/tools/peaks.mjs [repetitions=10]
// GFLOP/s: the best repetition, by the clock. GFLOP per CPU second: the median, which others on the machine do not change; times the number of
// threads it is the first.
import { performance } from 'node:perf_hooks';
import * as tf from '@tensorflow/tfjs-core';
import { attr, execute, runtimeInfo, startTensorFlow } from '@mochi/tensorflow';

const repetitions = Number(process.argv[2] ?? 10);
await startTensorFlow();
const { device, threads, precisions } = runtimeInfo();
const dtypes = ['float32', ...(device === 'cpu' && precisions.bfloat16 === null ? ['bfloat16'] : [])];

const cast = (x, dtype) => execute('Cast', [attr.type('SrcT', 'float32'), attr.type('DstT', dtype)], [x])[0];
const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** @param amount Of work: floating-point operations, or bytes. */
function measure(name, amount, unit, run) {
  const [clock, processor] = [[], []];
  tf.dispose(run()); // the first call prepares
  for (let at = 0; at < repetitions; at++) {
    const [started, used] = [performance.now(), process.cpuUsage()];
    const made = run();
    tf.tidy(() => void tf.slice(tf.reshape(made[0], [-1]), [0], [1]).dataSync()); // a GPU is waited for
    const { user, system } = process.cpuUsage(used);
    clock.push(amount / 1e9 / ((performance.now() - started) / 1000));
    processor.push(amount / 1e9 / ((user + system) / 1e6));
    tf.dispose(made);
  }
  const [best, each] = [Math.max(...clock), median(processor)].map((value) => value.toFixed(0).padStart(6));
  console.log(`${name.padEnd(44)} ${best} ${unit}/s ${each} ${unit} per CPU second`);
}

console.log(`${device}, ${threads.within} threads within an op`);
const side = 2048;
const [batch, size, channels] = [32, 32, 128];
for (const dtype of dtypes) {
  const matrix = cast(tf.randomNormal([side, side]), dtype);
  measure(`${dtype} product, ${side} x ${side} x ${side}`, 2 * side ** 3, 'GFLOP', () =>
    execute('MatMul', [attr.type('T', dtype)], [matrix, matrix]),
  );
  const images = cast(tf.randomNormal([batch, size, size, channels]), dtype);
  const kernel = cast(tf.randomNormal([3, 3, channels, channels]), dtype);
  const attrs = [
    attr.type('T', dtype),
    attr.string('data_format', 'NHWC'),
    attr.ints('strides', [1, 1, 1, 1]),
    attr.ints('dilations', [1, 1, 1, 1]),
    attr.string('padding', 'SAME'),
    attr.ints('explicit_paddings', []),
  ];
  const [ofImages, ofKernel] = [images, kernel].map(({ shape }) => tf.tensor1d(shape, 'int32'));
  const flop = 2 * batch * size * size * channels * channels * 9;
  const what = `3 x 3, ${batch} x ${size} x ${size} x ${channels}`;
  measure(`${dtype} convolution ${what}`, flop, 'GFLOP', () => execute('Conv2D', attrs, [images, kernel]));
  measure(`${dtype}   its gradient at the images`, flop, 'GFLOP', () =>
    execute('Conv2DBackpropInput', attrs, [ofImages, kernel, images]),
  );
  measure(`${dtype}   its gradient at the kernel`, flop, 'GFLOP', () =>
    execute('Conv2DBackpropFilter', attrs, [images, ofKernel, images]),
  );
}
const long = tf.ones([2 ** 25]); // 128 MiB: more than any cache
measure('memory, sum of two tensors of 128 MiB', 3 * 4 * 2 ** 25, 'GB', () =>
  execute('AddV2', [attr.type('T', 'float32')], [long, long]),
);
