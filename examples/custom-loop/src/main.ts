import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { begin, train } from './loop.js';
import { knn } from './measure.js';
import { shapes } from './shapes.js';

await startTensorFlow();
const { images } = shapes(512, 3);
const untrained = begin();
console.log(`untrained: ${(await knn(untrained)).toFixed(1)} % by nearest neighbours`);
const { state, losses } = await train(images, Number(process.argv[2] ?? 600), 64);
console.log(`loss ${losses[0]!.toFixed(3)} to ${losses.at(-1)!.toFixed(3)} nats in ${losses.length} steps`);
console.log(`trained: ${(await knn(state)).toFixed(1)} % by nearest neighbours`);
tf.dispose(images);
