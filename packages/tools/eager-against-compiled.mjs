// The compiled step against the eager one: same losses over 20 steps, and how much faster.
//   node packages/tools/eager-against-compiled.mjs [steps=20]
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { train } from '@mochi/mochi';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const steps = Number(process.argv[2] ?? 20);

/** Losses and milliseconds of each step, the wait for data left out. */
async function run(eager) {
  const rows = [];
  await train(join(root, 'examples/quickstart/mochi.yaml'), {
    overrides: [`train.steps=${steps}`, 'train.logEvery=1', 'evaluators=[]', 'trackers=[]', `runtime.eager=${eager}`],
    onEvent: (event) => event.type === 'step-end' && rows.push({ loss: event.lossNats, ms: event.stepMs - event.waitMs }),
  });
  return rows;
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];
const [compiled, eager] = [await run(false), await run(true)];
const difference = Math.max(...compiled.map(({ loss }, at) => Math.abs(loss - eager[at].loss) / eager[at].loss));
const [fast, slow] = [compiled, eager].map((rows) => median(rows.slice(2).map(({ ms }) => ms)));
console.log(`largest relative difference of the loss over ${steps} steps: ${difference.toExponential(1)}`);
console.log(`median step: compiled ${fast.toFixed(1)} ms, eager ${slow.toFixed(1)} ms: ${(slow / fast).toFixed(2)} times faster`);
process.exit(difference <= 1e-5 ? 0 : 1);
