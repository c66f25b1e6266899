// Runs in the browser: fetches a graph model and images, runs the model on the WASM backend, and posts what came out.
/* global fetch, navigator, performance */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';

async function run() {
  setWasmPaths('/wasm/');
  await tf.setBackend('wasm');
  const { shape, outputs } = await (await fetch('/request.json')).json();
  const images = new Float32Array(await (await fetch('/images.bin')).arrayBuffer());
  const model = await loadGraphModel('/model/model.json');
  const made = model.execute({ images: tf.tensor(images, shape) }, outputs);
  const started = performance.now();
  tf.dispose(model.execute({ images: tf.tensor(images, shape) }, outputs));
  const ms = performance.now() - started;
  const values = Object.fromEntries(outputs.map((name, at) => [name, Array.from(made[at].dataSync())]));
  return { backend: tf.getBackend(), ms, browser: navigator.userAgent, values };
}

const answer = await run().catch((error) => ({ error: String(error) }));
await fetch('/answer', { method: 'POST', body: JSON.stringify(answer) });
