// Proves both directions between this project and others, and prints the numbers: our encoders in PyTorch, onnxruntime, TensorFlow and a browser;
// weights of torchvision, timm and MoCo here; embeddings in numpy, pyarrow, pandas, DuckDB and LanceDB. Needs Chromium, Python 3.11 and about 9 GB of
// disk for three environments of it, which are made the first time.
//   node packages/tools/prove-interchange.mjs [--only torch,tensorflow,browser,in,tables] [--torch PYTHON] [--tensorflow PYTHON] [--tables PYTHON]
//     [--lancedb FOLDER]
// Each of the last names what is there already: a Python with the packages of interchange/*.txt, a folder with @lancedb/lancedb installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { resnet } from '@mochi/encoders';
import { modelCard, writeDetectron2, writeOnnx, writeSavedModel, writeTfjs, writeTorchvision } from '@mochi/exporters';
import { createRng, disposeTree, startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { createJiti } from 'jiti';
import { writeArray, writeTables } from './interchange/tables.mjs';

const HERE = fileURLToPath(new URL('./interchange/', import.meta.url));
const LIMIT = 1e-4;
const { values: given } = parseArgs({
  options: {
    only: { type: 'string', default: 'torch,tensorflow,browser,in,tables' },
    torch: { type: 'string' },
    tensorflow: { type: 'string' },
    tables: { type: 'string' },
    lancedb: { type: 'string' },
  },
});
const rows = [];
const line = (...cells) => console.log(`| ${cells.map((cell, at) => cell.padEnd([34, 62, 18, 5, 6][at])).join(' | ')} |`);
const note = (row) => {
  if (rows.push(row) === 1) {
    line('what', 'where', 'largest difference', 'bound', 'result');
    line(...[34, 62, 18, 5, 6].map((width) => '-'.repeat(width)));
  }
  const apart = row.apart === 0 ? '0' : row.apart.toExponential(1);
  line(row.network, row.way, apart, LIMIT.toExponential(), row.apart <= LIMIT ? 'pass' : 'FAIL');
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
  for (const [at, { label, name, size, options }] of NETWORKS.entries()) {
    const encoder = resnet(name, options);
    const weights = lively(encoder, size);
    const images = createRng(at, 'images').normal([7, size, size, 3]);
    const { backbone, head } = encoder.apply(weights, images, 'eval');
    const base = join(folder, `ours-${at}`);
    const origin = { name: label, step: 3, epoch: 0, mochi: null, begun: null, initialWeights: null };
    const fingerprint = async () => ({ dataset: 'none', splits: [] });
    const facts = { ...origin, config: { encoder: { name, ...options } }, changes: [], seen: 24, metrics: {}, fingerprint };
    const trained = {
      encoder,
      weights,
      preprocessing: { size, resize: size, resizeSmall: size, mean: [0, 0, 0], std: [1, 1, 1] },
      facts,
    };
    writeFileSync(`${base}.md`, await modelCard(trained, { licence: 'none', dataLicence: 'none' }));
    await writeTorchvision(trained, `${base}.safetensors`);
    await writeDetectron2(trained, `${base}.d2.safetensors`);
    await writeOnnx(trained, `${base}.onnx`);
    await writeSavedModel(trained, `${base}.saved`);
    await writeTfjs(trained, `${base}.tfjs`);
    for (const [kind, tensor] of Object.entries({ images, backbone, head }))
      writeArray(`${base}.${kind}.npy`, tensor.shape, await tensor.data());
    const timm =
      (options.stem ?? 'imagenet') === 'imagenet' && options.head?.kind === 'linear' ? { name, classes: options.head.dim } : null;
    specs.push({ label, file: `ours-${at}`, shape: images.shape, timm });
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
  if (!command) throw new Error('There is no Chromium. Install it (apt-get install chromium), or leave it out with --only.');
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

/** Embeddings go out, and are found as they were by who reads them. */
async function throughTables(folder) {
  const project = given.lancedb ?? cached('lancedb-0.31.0');
  if (!existsSync(join(project, 'node_modules', '@lancedb', 'lancedb')))
    run('npm', ['install', '--silent', '--ignore-scripts', '--prefix', project, '@lancedb/lancedb@0.31.0']);
  const python = pythonWith('tables');
  const distance = await writeTables(folder, project);
  note({ network: '2000 embeddings of 64', way: 'LanceDB 0.31 for Node.js: the nearest to a row is itself', apart: distance });
  peer(python, 'tables_peer.py', [folder]);
}

const steps = given.only.split(',');
await startTensorFlow();
const folder = mkdtempSync(join(tmpdir(), 'mochi-interchange-'));
try {
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
  if (steps.includes('tables')) await throughTables(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const failed = rows.filter((row) => !(row.apart <= LIMIT)).length;
console.log(
  `\n${rows.length} comparisons, ${failed} above ${LIMIT} of the largest value. Node.js ${process.version}, ${cpus()[0].model}.`,
);
process.exitCode = failed > 0 ? 1 : 0;
