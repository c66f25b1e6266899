// The compiled step in bfloat16 against the same in float32, on one batch, in turn: processor time of each, and their ratio.
//   node packages/tools/bfloat16-against-float32.mjs [encoder=resnet18] [width=64] [batch=32] [size=32] [turns=7]
// width: of a ResNet-18; others have their own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { openRunOnEngine } from '@mochi/mochi';
import { disposeTree } from '@mochi/tensorflow';
import { assemble, initialState, makeFeeds, phasesAt, StepRunner } from '@mochi/trainer';

const [encoder = 'resnet18', width = '64', batch = '32', size = '32', turns = '7'] = process.argv.slice(2);
const [images, side] = [Number(batch), Number(size)];
const folder = mkdtempSync(join(tmpdir(), 'mochi-precision-'));

/** A step and the state that it goes on from. */
async function open(precision) {
  const host = await openRunOnEngine({
    data: { name: 'image-folder', root: folder },
    augment: { name: 'moco-v2', size: side },
    encoder: {
      name: encoder,
      stem: 'small',
      ...(encoder === 'resnet18' ? { width: Number(width) } : {}),
      head: { hidden: 512, dim: 128 },
    },
    method: { name: 'moco-v2' },
    bank: { name: 'fifo', capacity: 4096 },
    sampler: { name: 'mochi', n: 1024, s: 1024, sPrime: 128 },
    optimizer: { name: 'sgd', rate: 0.03, momentum: 0.9, weightDecay: 1e-4 },
    train: { steps: 100, batchSize: images },
    runtime: { precision },
  });
  const parts = await assemble(host);
  const runner = new StepRunner(parts.buildStep(), false, parts.step.precision);
  const view = () => tf.randomNormal([images, side, side, 3], 0, 1, 'float32', 1);
  const data = { views: { query: view(), key: view() }, ids: tf.range(0, images, 1, 'int32') };
  let state = initialState(parts.step, parts.states);
  let step = 0;
  return async () => {
    const progress = { step, epoch: 0, epochs: 0, stepsPerEpoch: 100, totalSteps: 100, filled: 4096 };
    const feeds = makeFeeds(parts.step, parts.scalars, progress);
    const used = process.cpuUsage();
    const result = await runner.run(state, data, feeds, phasesAt(parts.step, progress));
    const loss = result.metrics.loss.dataSync()[0];
    const { user, system } = process.cpuUsage(used);
    ({ state } = result);
    step++;
    disposeTree(result.metrics);
    disposeTree(feeds);
    return { ms: (user + system) / 1000, loss };
  };
}

/** Files that the data set can list; what is in them does not matter here. */
function writeImages() {
  mkdirSync(join(folder, 'all'));
  for (let at = 0; at < images; at++) writeFileSync(join(folder, 'all', `${at}.png`), '');
}

try {
  writeImages();
  const steps = { float32: await open('float32'), bfloat16: await open('bfloat16') };
  const times = { float32: [], bfloat16: [] };
  const losses = {};
  for (let turn = -1; turn < Number(turns); turn++)
    for (const [precision, run] of Object.entries(steps)) {
      const { ms, loss } = await run();
      losses[precision] = loss;
      if (turn >= 0) times[precision].push(ms); // the first traces
    }
  const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
  const [exact, lowered] = [median(times.float32), median(times.bfloat16)];
  console.log(
    `${encoder}${encoder === 'resnet18' ? ` width ${width}` : ''}, ${batch} x ${size} x ${size}, MoCHi(1024, 1024, 128): CPU ms a step ` +
      `float32 ${exact.toFixed(0)}, bfloat16 ${lowered.toFixed(0)}: ${(exact / lowered).toFixed(2)} times; ` +
      `loss after ${Number(turns) + 1} steps ${losses.float32.toFixed(4)} and ${losses.bfloat16.toFixed(4)}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
