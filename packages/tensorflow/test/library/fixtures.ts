import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { onTestFinished } from 'vitest';
import { ZipFile } from 'yazl';
import type { PinnedWheel, Surroundings } from '../../src/library/types.js';

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'mochi-library-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Bytes that do not compress, so that sizes are of the order of what is asked for; the same for the same seed. */
export function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0, state = seed + 1; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

export const CC = noise(300_000, 1);
export const FRAMEWORK = noise(100_000, 2);

/** A wheel in small: the two files that are kept, and some that are not. */
export async function makeWheel(path: string, { cc = CC as Buffer | null, pinnedCc = CC.length } = {}): Promise<PinnedWheel> {
  const zip = new ZipFile();
  zip.addBuffer(Buffer.from('import os\n'), 'tensorflow/__init__.py');
  if (cc) zip.addBuffer(cc, 'tensorflow/libtensorflow_cc.so.2');
  zip.addBuffer(FRAMEWORK, 'tensorflow/libtensorflow_framework.so.2');
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(path));
  const bytes = await readFile(path);
  return {
    package: 'tensorflow-cpu',
    version: '2.21.0',
    fileName: 'tensorflow_cpu-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl',
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    tags: ['--python-version', '3.11', '--implementation', 'cp'],
    keep: [
      { entry: 'tensorflow/libtensorflow_framework.so.2', name: 'libtensorflow_framework.so.2', bytes: FRAMEWORK.length },
      { entry: 'tensorflow/libtensorflow_cc.so.2', name: 'libtensorflow_cc.so.2', bytes: pinnedCc },
    ],
  };
}

/** One wheel of the build for GPUs in small, where pip finds it. */
async function makeGpuWheel(folder: string, name: string, files: Readonly<Record<string, Buffer>>): Promise<PinnedWheel> {
  const zip = new ZipFile();
  for (const [entry, bytes] of Object.entries({ ...files, [`${name}/unused.h`]: Buffer.from('// header') }))
    zip.addBuffer(bytes, entry);
  zip.end();
  const path = join(folder, name);
  await pipeline(zip.outputStream, createWriteStream(path));
  const bytes = await readFile(path);
  return {
    package: name,
    version: '2.21.0',
    fileName: `${name.replaceAll('-', '_')}-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl`,
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    tags: ['--platform', 'manylinux_2_27_x86_64'],
    keep: Object.entries(files).map(([entry, { length }]) => ({ entry, name: entry, bytes: length })),
  };
}

/** TensorFlow for GPUs and two libraries of NVIDIA, as their wheels have them. */
async function makeGpuWheels(folder: string): Promise<[PinnedWheel, ...PinnedWheel[]]> {
  await mkdir(folder);
  return [
    await makeGpuWheel(folder, 'tensorflow', {
      'tensorflow/libtensorflow_framework.so.2': FRAMEWORK,
      'tensorflow/libtensorflow_cc.so.2': CC,
    }),
    await makeGpuWheel(folder, 'nvidia-cublas-cu12', { 'nvidia/cublas/lib/libcublas.so.12': noise(50_000, 3) }),
    await makeGpuWheel(folder, 'nvidia-cuda-nvcc-cu12', { 'nvidia/cuda_nvcc/bin/ptxas': noise(20_000, 4) }),
  ];
}

/** A program named pip that logs its arguments and does what FAKE_PIP says. It comes to its end once the file FAKE_PIP_UNTIL is there. */
const PIP = `#!${process.execPath}
const fs = require('fs'), path = require('path');
const args = process.argv.slice(2), env = process.env, bornOf = process.ppid;
if (args[0] === '--version') { console.log('pip 99.0 from /nowhere (python 3.11)'); process.exit(0); }
fs.appendFileSync(env.FAKE_PIP_LOG, args.join(' ') + '\\n');
const fail = (text) => { console.error(text); process.exit(1); };
const into = args[args.indexOf('-d') + 1];
const [name] = args[1].split('==');
if (!fs.existsSync(env.TMPDIR)) fail('no TMPDIR');
const behaviour = env.FAKE_PIP || 'ok';
if (behaviour === 'offline') fail("WARNING: Retrying after connection broken by 'NewConnectionError'\\nERROR: No matching distribution found");
if (behaviour === 'full') fail('ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device');
if (behaviour === 'odd') fail('ERROR: No matching distribution found for tensorflow-cpu==2.21.0');
const wheel = fs.readFileSync(name === 'tensorflow-cpu' ? env.FAKE_WHEEL : path.join(env.FAKE_WHEELS, name));
if (behaviour === 'corrupt') wheel[wheel.length >> 1] ^= 1;
fs.writeFileSync(path.join(env.TMPDIR, 'part'), wheel.subarray(0, wheel.length >> 1));
(function end() {
  if (process.ppid !== bornOf) return; // whoever asked for it is gone
  if (env.FAKE_PIP_UNTIL && !fs.existsSync(env.FAKE_PIP_UNTIL)) return setTimeout(end, 5);
  fs.writeFileSync(path.join(into, name.replaceAll('-', '_') + '-2.21.0-cp311-cp311-manylinux_2_27_x86_64.whl'), wheel);
})();
`;

export interface Sandbox {
  readonly folder: string;
  readonly cache: string;
  readonly surroundings: Partial<Surroundings> & {
    env: Record<string, string>;
    wheel: PinnedWheel;
    gpuWheels: [PinnedWheel, ...PinnedWheel[]];
  };
  /** What went to stderr. */
  readonly printed: () => string;
  /** Arguments of each call of pip. */
  readonly pipCalls: () => Promise<string[]>;
}

/** A machine of its own: a PATH with (or without) pip, an empty cache, a wheel to be had, no archive. */
export async function makeSandbox({ pip = true, wheel = {} as Parameters<typeof makeWheel>[1] } = {}): Promise<Sandbox> {
  const folder = await temporaryFolder();
  const bin = join(folder, 'bin');
  await mkdir(bin);
  if (pip) await writeFile(join(bin, 'pip'), PIP);
  if (pip) await chmod(join(bin, 'pip'), 0o755);
  const log = join(folder, 'pip.log');
  let text = '';
  const env = {
    PATH: bin,
    HOME: join(folder, 'home'),
    TMPDIR: folder,
    MOCHI_CACHE: join(folder, 'cache'),
    FAKE_PIP_LOG: log,
    FAKE_WHEEL: join(folder, 'fake.whl'),
    FAKE_WHEELS: join(folder, 'wheels'),
  };
  return {
    folder,
    cache: join(folder, 'cache', 'libtensorflow'),
    surroundings: {
      env,
      platform: 'linux',
      arch: 'x64',
      glibc: '2.36',
      wheel: await makeWheel(env.FAKE_WHEEL, wheel),
      gpuWheels: await makeGpuWheels(env.FAKE_WHEELS),
      driver: null,
      cards: [],
      archiveUrl: 'http://127.0.0.1:1/nothing-listens-here.tar.gz',
      stderr: { write: (more) => (text += more) },
      freeBytes: () => Promise.resolve(1e12),
      stallMs: 30_000,
      retryMs: 1,
    },
    printed: () => text,
    pipCalls: () =>
      readFile(log, 'utf8').then(
        (lines) => lines.trim().split('\n'),
        () => [],
      ),
  };
}

/** The official archive in small: libraries under their full names, links beside them. */
export async function makeArchive({
  names = ['libtensorflow.so.2.18.0', 'libtensorflow_framework.so.2.18.0'],
} = {}): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: 'include/tensorflow/c/c_api.h' }, '// C API');
  for (const name of names) archive.entry({ name: `./lib/${name}` }, name.includes('framework') ? FRAMEWORK : CC);
  archive.entry({ name: './lib/libtensorflow.so.2', type: 'symlink', linkname: 'libtensorflow.so.2.18.0' });
  archive.finalize();
  const pieces: Buffer[] = [];
  for await (const piece of archive) pieces.push(piece as Buffer);
  return gzipSync(Buffer.concat(pieces));
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that gives its answers in turn, the last one for ever. `ranges` is what was asked for. */
export async function serve(...answers: [Answer, ...Answer[]]): Promise<{ url: string; ranges: (string | undefined)[] }> {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    const answer = answers[Math.min(ranges.length, answers.length - 1)]!;
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/libtensorflow.tar.gz`, ranges };
}

/** Sends a file as servers do, parts included: If-Range with another tag gets the whole. */
export const send =
  (file: Buffer, { tag = '"one"' } = {}): Answer =>
  (request, response) => {
    const [, asked] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
    const isSame = request.headers['if-range'] === tag;
    const from = asked && isSame ? Number(asked) : 0;
    response.setHeader('ETag', tag).setHeader('Content-Length', file.length - from);
    if (from > 0) response.setHeader('Content-Range', `bytes ${from}-${file.length - 1}/${file.length}`).writeHead(206);
    response.end(file.subarray(from));
  };

/** Sends the beginning of a file, and once that is on the disk breaks the connection, or leaves it standing still. */
export const sendPart =
  (sandbox: Sandbox, file: Buffer, length: number, { tag = '"one"', then = 'break' as 'break' | 'stall' } = {}): Answer =>
  (_request, response) => {
    response.setHeader('ETag', tag).setHeader('Content-Length', file.length);
    response.write(file.subarray(0, length));
    if (then === 'break') void partOnDisk(sandbox, length).then(() => response.destroy());
  };

/** Resolves once the part of a download that is on the disk has so many bytes: what is on its way when a connection breaks is lost. */
export async function partOnDisk({ cache }: Sandbox, bytes: number): Promise<void> {
  const sizes = async () => {
    const names = await readdir(join(cache, 'downloads')).catch(() => []);
    const parts = names.filter((name) => name.endsWith('.partial')).map((name) => join(cache, 'downloads', name));
    return Promise.all(parts.map((path) => stat(path).then(({ size }) => size, () => 0))); // prettier-ignore
  };
  await until(async () => (await sizes()).includes(bytes));
}

export const until = async (isTrue: () => boolean | Promise<boolean>) => {
  while (!(await isTrue())) await sleep(5);
};

export const refuse =
  (status: number): Answer =>
  (_request, response) =>
    void response.writeHead(status).end();

/** Every file below a folder. */
export const filesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
