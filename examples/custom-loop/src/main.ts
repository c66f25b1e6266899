import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { begin, train } from './loop.js';
import { knn } from './measure.js';
import { photos } from './photos.js';
import { shapes } from './shapes.js';

await startTensorFlow();
const [steps = '600', folder] = process.argv.slice(2);
const images = folder ? await photos(folder) : shapes(512, 3).images;
const untrained = begin();
if (!folder) console.log(`untrained: ${(await knn(untrained)).toFixed(1)} % by nearest neighbours`);
const { state, losses } = await train(images, Number(steps), 64);
console.log(`loss ${losses[0]!.toFixed(3)} to ${losses.at(-1)!.toFixed(3)} nats in ${losses.length} steps`);
if (!folder) console.log(`trained: ${(await knn(state)).toFixed(1)} % by nearest neighbours`);
tf.dispose(images);
