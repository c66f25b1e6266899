// What the extension negative-metrics costs a step of ResNet-18 of width 16 (batch 64, K 4,096, MoCHi(256, 256, 64), labels kept): processor
// time with it switched off, measuring at every step, and switched on but never due, run in turn.
//   node packages/tools/negative-metrics-cost.mjs [steps=25] [rounds=4]
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { train } from '@mochi/mochi';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const [steps, rounds] = [Number(process.argv[2] ?? 25), Number(process.argv[3] ?? 4)];
const WARM_UP = 5;
const EVERY = 50;

const ARMS = {
  off: [],
  'never due': [{ use: 'negative-metrics', every: 1e6 }],
  'every step': [{ use: 'negative-metrics', every: 1 }],
};

/** Milliseconds of processor time of each step after the first few. */
async function run(plugins) {
  const marks = [];
  await train(
    {
      ...{ extends: join(root, 'examples/quickstart/mochi.yaml'), plugins, trackers: [], evaluators: [] },
      encoder: { name: 'resnet18', stem: 'cifar', width: 16, stages: 4, head: { hidden: 512, dim: 128 } },
      bank: { name: 'fifo', capacity: 4096, labels: true },
      sampler: { name: 'mochi', n: 256, s: 256, sPrime: 64 },
    },
    {
      overrides: [`train=${JSON.stringify({ steps: steps + WARM_UP, batchSize: 64, logEvery: 10 })}`],
      onEvent: ({ type }) => type === 'step-end' && marks.push(process.cpuUsage()),
    },
  );
  const total = ({ user, system }) => (user + system) / 1000;
  return marks.slice(WARM_UP).map((mark, at) => total(mark) - total(marks[WARM_UP + at - 1]));
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const times = Object.fromEntries(Object.keys(ARMS).map((arm) => [arm, []]));
for (let round = 0; round < rounds; round++) for (const arm of Object.keys(ARMS)) times[arm].push(...(await run(ARMS[arm])));
const [off, idle, always] = Object.keys(ARMS).map((arm) => median(times[arm]));
for (const arm of Object.keys(ARMS))
  console.log(`${arm.padEnd(10)} ${median(times[arm]).toFixed(1)} ms of processor time a step`);
console.log(`never due: ${(100 * (idle / off - 1)).toFixed(2)} % of a step; one measurement: ${(always - off).toFixed(1)} ms`);
console.log(
  `every ${EVERY} steps: ${((100 * (always - off)) / EVERY / off).toFixed(2)} % of a step, and what it costs when not due`,
);
