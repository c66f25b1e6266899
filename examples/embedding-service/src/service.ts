import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { LoadedEncoder } from '@mochi/mochi';
import { Batcher, QueueFullError, type BatcherOptions } from './batcher.js';

export interface ServiceOptions extends BatcherOptions {
  /** Bytes of an image, at most. */
  readonly maxBytes: number;
}

export const DEFAULTS: ServiceOptions = { maxBatch: 32, maxWaitMs: 5, maxQueued: 128, maxBytes: 16 * 2 ** 20 };

export interface Service {
  readonly server: Server;
  /** Takes no more requests, answers those that it has, and ends. The encoder stays the caller's. */
  close(): Promise<void>;
}

/**
 * Embeddings over HTTP: `POST /embed` with an image as the body answers `{ dim, features }`; `GET /health` says what runs, how many wait, and
 * how many images were worked on in how many batches.
 * 503 with Retry-After: too many wait. 413: the image is too large. 422: it is no image.
 */
export function createService(encoder: LoadedEncoder, options: ServiceOptions = DEFAULTS): Service {
  const batcher = new Batcher((images: readonly Uint8Array[]) => encoder.embedSettled(images), options);
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method === 'GET' && request.url === '/health') {
      const { name, dims, preprocessing } = encoder;
      return send(response, 200, { encoder: name, dims, size: preprocessing.size, queued: batcher.queued, done: batcher.done });
    }
    if (request.method !== 'POST' || request.url !== '/embed')
      return send(response, 404, { error: 'POST /embed or GET /health' });
    const image = await bodyOf(request, options.maxBytes);
    if (image === undefined) return send(response, 413, { error: `an image may have ${options.maxBytes} bytes` });
    const features = await batcher.submit(image);
    send(response, 200, { dim: features.length, features: Array.from(features) });
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => fail(response, error));
  });
  const close = async (): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeIdleConnections();
    await batcher.drained();
    await closed;
  };
  return { server, close };
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent || response.destroyed) return;
  if (error instanceof QueueFullError) return send(response, 503, { error: error.message }, { 'retry-after': '1' });
  const code = (error as { code?: unknown }).code;
  const isTheirs = code === 'MOCHI_IMAGE_UNREADABLE';
  send(response, isTheirs ? 422 : 500, {
    error: isTheirs ? 'the body is no image that can be read' : 'the service failed',
    code,
  });
}

function send(response: ServerResponse, status: number, body: object, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** The whole body, or undefined where it is too large: then it is read and not kept, so that the sender gets the answer and no broken pipe. */
async function bodyOf(request: IncomingMessage, maxBytes: number): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > maxBytes) parts.length = 0;
    else parts.push(part);
  }
  return bytes > maxBytes ? undefined : Buffer.concat(parts);
}
