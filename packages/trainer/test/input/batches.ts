import { disposeTree } from '@mochi/tensorflow';
import type { Batch } from '@mochi/contract';
import type { BatchStream, SkippedSample } from '../../src/input/index.js';

/** A batch on the host. */
export interface Read {
  readonly ids: number[];
  readonly labels: number[] | null;
  /** Pixels of each view as text, so that equality is bit for bit. */
  readonly views: Record<string, string>;
  readonly shapes: Record<string, number[]>;
  readonly position: number;
  readonly skipped: readonly SkippedSample[];
}

/** Reads a batch and disposes it. */
export async function read({
  batch,
  position,
  skipped,
}: {
  batch: Batch;
  position: number;
  skipped: readonly SkippedSample[];
}): Promise<Read> {
  const { views, ids, labels } = batch;
  const made: Read = {
    ids: [...(await ids.data())],
    labels: labels ? [...(await labels.data())] : null,
    views: {},
    shapes: {},
    position,
    skipped,
  };
  for (const [name, view] of Object.entries(views)) {
    const values = await view.data();
    made.views[name] = Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
    made.shapes[name] = view.shape;
  }
  disposeTree(batch);
  return made;
}

export async function readAll(stream: BatchStream): Promise<Read[]> {
  const all: Read[] = [];
  for (let item = await stream.next(); item; item = await stream.next()) all.push(await read(item));
  await stream.dispose();
  return all;
}
