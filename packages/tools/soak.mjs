// Trains 2,000 steps of the quickstart's recipe in one process and prints tensors, native handles and resident memory on the way: constant
// and flat after warm-up.
//   node packages/tools/soak.mjs [steps=2000]
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { train } from '@mochi/mochi';
import { liveHandles } from '@mochi/tensorflow';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const steps = Number(process.argv[2] ?? 2000);
const series = [];

await train(join(root, 'examples/quickstart/mochi.yaml'), {
  overrides: [`train.steps=${steps}`, 'evaluators=[]', 'trackers=[]'],
  onEvent(event) {
    if (event.type !== 'step-end' || event.step % (steps / 20) !== 0) return;
    const { handles, tensors, functions } = liveHandles();
    const { rss, heapUsed } = process.memoryUsage();
    series.push({
      step: event.step,
      handles,
      tensors,
      functions,
      rssMiB: Math.round(rss / 2 ** 20),
      heapMiB: Math.round(heapUsed / 2 ** 20),
    });
    console.log(JSON.stringify(series.at(-1)));
  },
});

// The look-ahead batch may or may not be there at the moment of looking: that is up to a batch's worth of tensors.
const warm = series.slice(series.length / 4);
const spread = (key) => Math.max(...warm.map((row) => row[key])) - Math.min(...warm.map((row) => row[key]));
console.log(
  JSON.stringify({
    after: 'warm-up',
    handlesSpread: spread('handles'),
    functionsSpread: spread('functions'),
    rssSpreadMiB: spread('rssMiB'),
  }),
);
