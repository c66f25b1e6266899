// Proves both directions between this project and others, and prints the numbers: our encoders in PyTorch, onnxruntime, TensorFlow and a browser;
// weights of torchvision, timm and MoCo here. Needs about 8 GB of disk for two Python environments, which are made the first time, and Chromium.
//   node packages/tools/prove-interchange.mjs [--only torch,tensorflow,browser,in,lancedb] [--torch PYTHON] [--tensorflow PYTHON] [--lancedb FOLDER]
// Each of the last names what is there already: a Python with the packages of interchange/*.txt, a folder with @lancedb/lancedb installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { resnet } from '@mochi/encoders';
import {
  npyHeader,
  writeDetectron2,
  writeLancedb,
  writeOnnx,
  writeSavedModel,
  writeTfjs,
  writeTorchvision,
} from '@mochi/exporters';
import { createRng, disposeTree, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { createJiti } from 'jiti';

const HERE = fileURLToPath(new URL('./interchange/', import.meta.url));
const LIMIT = 1e-4;
const { values: given } = parseArgs({
  options: {
    only: { type: 'string', default: 'torch,tensorflow,browser,in,lancedb' },
    torch: { type: 'string' },
    tensorflow: { type: 'string' },
    lancedb: { type: 'string' },
  },
});
const rows = [];
const note = (row) => {
  rows.push(row);
  const verdict = row.apart <= LIMIT ? 'ok  ' : 'FAIL';
  console.log(`${verdict} ${row.apart.toExponential(1).padStart(8)}  ${row.network.padEnd(34)} ${row.way}`);
};

const NETWORKS = [
  { label: 'resnet18, imagenet stem, mlp head', name: 'resnet18', size: 64, options: { head: { hidden: 96, dim: 32 } } },
  {
    label: 'resnet18, cifar stem, mlp head',
    name: 'resnet18',
    size: 32,
    options: { stem: 'cifar', head: { hidden: 512, dim: 128 } },
  },
  { label: 'resnet50, imagenet stem, linear', name: 'resnet50', size: 96, options: { head: { kind: 'linear', dim: 64 } } },
  {
    label: 'resnet18, group norm',
    name: 'resnet18',
    size: 33,
    options: { norm: 'group', width: 16, stem: 'small' },
    torch: false,
  },
];

function cached(name) {
  const { MOCHI_CACHE, XDG_CACHE_HOME } = process.env;
  const folder = join(MOCHI_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'mochi'), 'interchange', name);
  mkdirSync(folder, { recursive: true });
  return folder;
}

function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 'inherit'], ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed${error ? `: ${error.message}` : ''}`);
}

/** A Python with the packages of a list; made the first time. */
function pythonWith(list) {
  if (given[list]) return given[list];
  const file = join(HERE, `${list}.txt`);
  const folder = cached(`${list}-${createHash('sha256').update(readFileSync(file)).digest('hex').slice(0, 12)}`);
  const python = join(folder, 'bin', 'python');
  if (!existsSync(join(folder, 'installed'))) {
    console.error(`installing Python packages for ${list}, some minutes`);
    run('python3.11', ['-m', 'venv', folder]);
    run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', file]);
    writeFileSync(join(folder, 'installed'), '');
  }
  return python;
}

function peer(python, script, args) {
  const { stdout, status } = spawnSync(python, [join(HERE, script), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1e8 }); // prettier-ignore
  if (status !== 0) throw new Error(`${script} failed`);
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{'))) note(JSON.parse(line));
}

const writeNpy = (path, shape, data) =>
  writeFileSync(path, Buffer.concat([npyHeader(shape), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));

/** Weights whose batch norms have statistics of their own: fresh ones are all 0 and 1. */
function lively(encoder, size) {
  return tf.tidy(() => {
    const weights = encoder.init(createRng(5, encoder.name));
    let { stats } = weights;
    for (let step = 0; step < 3; step++)
      stats = encoder.apply(
        { params: weights.params, stats },
        createRng(step, 'warm').normal([8, size, size, 3], 0.5, 2),
        'train',
      ).stats;
    return { params: weights.params, stats };
  });
}

const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const apart = (got, want) => largest(Array.from(want, (value, at) => got[at] - value)) / largest(Array.from(want));

async function exportAll(folder) {
  const specs = [];
  for (const [at, { label, name, size, options, torch = true }] of NETWORKS.entries()) {
    const encoder = resnet(name, options);
    const weights = lively(encoder, size);
    const images = createRng(at, 'images').normal([7, size, size, 3]);
    const { backbone, head } = encoder.apply(weights, images, 'eval');
    const base = join(folder, `ours-${at}`);
    const facts = { name: label, config: { encoder: { name, ...options } }, step: 3, epoch: 0, metrics: {} };
    const trained = { encoder, weights, preprocessing: { size, resize: size, mean: [0, 0, 0], std: [1, 1, 1] }, facts };
    await writeTorchvision(trained, `${base}.safetensors`);
    await writeDetectron2(trained, `${base}.d2.safetensors`);
    await writeOnnx(trained, `${base}.onnx`);
    await writeSavedModel(trained, `${base}.saved`);
    await writeTfjs(trained, `${base}.tfjs`);
    for (const [kind, tensor] of Object.entries({ images, backbone, head }))
      writeNpy(`${base}.${kind}.npy`, tensor.shape, await tensor.data());
    const stated = { stem: options.stem ?? 'imagenet', head: { kind: 'mlp', hidden: 512, ...options.head } };
    specs.push({ label, file: `ours-${at}`, name: torch ? name : null, shape: images.shape, ...stated });
    tf.dispose([images, backbone, head]);
    disposeTree(weights);
  }
  writeFileSync(join(folder, 'ours.json'), JSON.stringify(specs));
  return specs;
}

/** float32 of a .npy file. */
function readNpy(path) {
  const bytes = readFileSync(path);
  const header = bytes.subarray(10, 10 + bytes.readUInt16LE(8)).toString('latin1');
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter((part) => part.trim() !== '').map(Number); // prettier-ignore
  return { shape, data: new Float32Array(Uint8Array.from(bytes.subarray(10 + bytes.readUInt16LE(8))).buffer) };
}

function importAll(folder) {
  for (const { file, encoder: section } of JSON.parse(readFileSync(join(folder, 'theirs.json'), 'utf8'))) {
    const { name, ...options } = section;
    let loaded = '';
    const onImport = ({ loaded: names, prefix }) => (loaded = `${names.length} weights${prefix ? ` under ${prefix}` : ''}`);
    const encoder = resnet(name, { ...options, weights: join(folder, file) }, { onImport });
    const [images, want] = [readNpy(join(folder, `${file}.images.npy`)), readNpy(join(folder, `${file}.head.npy`))];
    const got = tf.tidy(() => encoder.apply(encoder.init(createRng(1, 'head')), tf.tensor(images.data, images.shape), 'eval').head.dataSync()); // prettier-ignore
    note({ network: file, way: `imported here: ${loaded}`, apart: apart(got, want.data) });
  }
}

async function inBrowser(folder, specs) {
  const browser = createJiti(import.meta.url);
  const { chromium, runInChromium } = await browser.import('../exporters/test/browser/run-in-chromium.ts');
  const command = chromium();
  if (!command) return console.log('skip  there is no Chromium: apt-get install chromium');
  for (const { label, file, shape } of specs) {
    const images = readNpy(join(folder, `${file}.images.npy`)).data;
    const request = { model: join(folder, `${file}.tfjs`), images, shape, outputs: ['backbone', 'head'] };
    const { values, backend, browser: agent, ms } = await runInChromium(command, request);
    const worst = Math.max(
      ...['backbone', 'head'].map((layer) => apart(values[layer], readNpy(join(folder, `${file}.${layer}.npy`)).data)),
    );
    const version = /Chrome\/[\d.]+/.exec(agent)?.[0] ?? agent;
    note({
      network: label,
      way: `TF.js graph model, ${version}, ${backend}, ${Math.round(ms / shape[0])} ms an image`,
      apart: worst,
    });
  }
}

/** A table goes to LanceDB, whose nearest to a row is that row. */
async function throughLanceDb(folder) {
  const project = given.lancedb ?? cached('lancedb-0.31.0');
  if (!existsSync(join(project, 'node_modules', '@lancedb', 'lancedb')))
    run('npm', ['install', '--silent', '--ignore-scripts', '--prefix', project, '@lancedb/lancedb@0.31.0']);
  process.chdir(project);
  const [count, dim] = [2000, 64];
  const features = await createRng(1, 'rows').normal([count, dim]).data();
  const names = Array.from({ length: count }, (_, row) => `photo ${row}`);
  const table = { rows: count, dim, features, names, ids: Int32Array.from(names.keys()) };
  await writeLancedb(table, join(folder, 'lance'), { table: 'embeddings', batchRows: 512 });
  const entry = join(project, 'node_modules', '@lancedb', 'lancedb', 'dist', 'index.js');
  const { default: lancedb } = await import(pathToFileURL(entry).href);
  const made = await (await lancedb.connect(join(folder, 'lance'))).openTable('embeddings');
  const [best] = await made.vectorSearch(Array.from(features.subarray(1234 * dim, 1235 * dim))).limit(1).toArray(); // prettier-ignore
  const whole = (await made.countRows()) === count && best.name === 'photo 1234';
  note({
    network: `${count} embeddings`,
    way: 'LanceDB 0.31: every row, and the nearest to one is itself',
    apart: whole ? best._distance : 1,
  });
}

await startTensorFlow();
const folder = mkdtempSync(join(tmpdir(), 'mochi-interchange-'));
try {
  const steps = given.only.split(',');
  if (steps.some((step) => ['torch', 'tensorflow', 'browser'].includes(step))) {
    const specs = await exportAll(folder);
    if (steps.includes('torch')) peer(pythonWith('torch'), 'torch_peer.py', ['check', folder]);
    if (steps.includes('tensorflow')) peer(pythonWith('tensorflow'), 'tensorflow_peer.py', [folder]);
    if (steps.includes('browser')) await inBrowser(folder, specs);
  }
  if (steps.includes('in')) {
    peer(pythonWith('torch'), 'torch_peer.py', ['make', folder]);
    importAll(folder);
  }
  if (steps.includes('lancedb')) await throughLanceDb(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const failed = rows.filter((row) => !(row.apart <= LIMIT)).length;
console.log(`${rows.length} comparisons, ${failed} above ${LIMIT} of the largest value`);
process.exitCode = failed > 0 ? 1 : 0;
