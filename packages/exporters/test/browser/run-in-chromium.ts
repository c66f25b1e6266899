import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const FLAGS = '--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'; // prettier-ignore
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const WASM = dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm/package.json'));
const LIMIT_MS = 90_000;

/** The name of a Chromium that can be started, or undefined. */
export const chromium = (): string | undefined =>
  ['chromium', 'chromium-browser', 'google-chrome'].find((name) => spawnSync(name, ['--version']).status === 0);

export interface BrowserRequest {
  /** Folder of a graph model. */
  readonly model: string;
  /** [batch, size, size, 3], row-major. */
  readonly images: Float32Array;
  readonly shape: readonly number[];
  readonly outputs: readonly string[];
}

export interface BrowserAnswer {
  readonly backend: string;
  /** Of the second run, milliseconds. */
  readonly ms: number;
  readonly browser: string;
  readonly values: Readonly<Record<string, number[]>>;
}

/** Runs a graph model of TensorFlow.js in headless Chromium, on the WASM backend. */
export async function runInChromium(command: string, request: BrowserRequest): Promise<BrowserAnswer> {
  const files = await filesOf(request);
  const profile = mkdtempSync(join(tmpdir(), 'mochi-chromium-'));
  let answered: (answer: string) => void;
  const answer = new Promise<string>((resolve) => (answered = resolve));
  const server = createServer((asked, response) => void serve(asked, response, files, answered));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/index.html`;
  const browser = spawn(command, [...FLAGS.split(' '), `--user-data-dir=${profile}`, '--remote-debugging-port=0', url], {
    stdio: 'ignore',
    detached: true, // a process group of its own, which ends as one
  });
  const ended = new Promise<void>((resolve) => browser.once('exit', () => resolve()));
  try {
    const late = new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`Chromium did not answer within ${LIMIT_MS} ms`)), LIMIT_MS).unref();
      void ended.then(() => reject(new Error(`Chromium ended with ${browser.exitCode ?? browser.signalCode} and no answer`)));
    });
    const got = JSON.parse(await Promise.race([answer, late])) as BrowserAnswer & { error?: string };
    if (got.error !== undefined) throw new Error(`in the browser: ${got.error}`);
    return got;
  } finally {
    if (browser.exitCode === null && browser.signalCode === null) process.kill(-browser.pid!, 'SIGKILL');
    await ended;
    server.close();
    server.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 }); // helpers of the browser may end a moment later
  }
}

type Files = (path: string) => Uint8Array | string;

async function filesOf({ model, images, shape, outputs }: BrowserRequest): Promise<Files> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('./page.mjs', import.meta.url))],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    external: ['fs', 'path', 'worker_threads', 'perf_hooks', 'os'],
    logLevel: 'error',
  });
  const fixed: Record<string, Uint8Array | string> = {
    '/index.html': '<!doctype html><script type="module" src="/page.js"></script>',
    '/page.js': outputFiles[0]!.contents,
    '/request.json': JSON.stringify({ shape, outputs }),
    '/images.bin': new Uint8Array(images.buffer, images.byteOffset, images.byteLength),
  };
  return (path) => {
    if (path.startsWith('/model/')) return readFileSync(join(model, path.slice('/model/'.length)));
    return path.startsWith('/wasm/') ? readFileSync(join(WASM, 'dist', path.slice('/wasm/'.length))) : fixed[path]!;
  };
}

async function serve(
  asked: IncomingMessage,
  response: ServerResponse,
  files: Files,
  answered: (text: string) => void,
): Promise<void> {
  const path = new URL(asked.url!, 'http://localhost').pathname;
  if (asked.method === 'POST') {
    const parts: Buffer[] = [];
    for await (const part of asked) parts.push(part as Buffer);
    response.end();
    return answered(Buffer.concat(parts).toString('utf8'));
  }
  try {
    const body = files(path);
    response.writeHead(200, { 'content-type': TYPES[extname(path)] ?? 'application/octet-stream' }).end(body);
  } catch {
    response.writeHead(404).end();
  }
}
