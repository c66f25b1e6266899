// Our side of the benchmark: `main.js TASK OPTIONS`. One line of JSON in, one out, until the input ends.
import { createInterface } from 'node:readline';
import type { KnnOptions, TrainOptions } from '../options.js';
import { knnTask } from './knn.js';
import { checkTask } from './check.js';
import { embedTask } from './embed.js';
import { filesTask } from './files.js';
import { fixedTask } from './fixed.js';
import type { Task } from './task.js';
import { trainTask } from './train.js';
import { viewsTask } from './views.js';

const tasks: Record<string, (options: never) => Promise<Task>> = {
  train: trainTask,
  views: viewsTask,
  fixed: fixedTask,
  embed: embedTask,
  files: filesTask,
  knn: (options: KnnOptions) => knnTask(options),
  check: (options: TrainOptions & { path: string }) => checkTask(options),
};

const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);

const [name = '', options = '{}'] = process.argv.slice(2);
const task = await tasks[name]!(JSON.parse(options) as never);
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const { turn } = JSON.parse(line) as { turn: number };
  const started = performance.now();
  const images = await task.turn(turn);
  say({ seconds: (performance.now() - started) / 1000, images });
}
process.exit(0); // a training run in the middle of a step has nothing to lose
