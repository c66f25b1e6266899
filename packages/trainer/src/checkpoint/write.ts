import { createHash } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeSafetensors, flattenTree, type SafetensorsEntry } from '@mochi/tensorflow';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { RunState } from '../step/parts.js';
import { CHECKPOINT_FORMAT, checkpointPath, listCheckpoints, MANIFEST_FILE, STATE_FILE, type Manifest } from './layout.js';

/** The whole state as safetensors, names sorted: equal states give equal bytes. */
export async function encodeState(state: RunState): Promise<Uint8Array> {
  const entries: [string, SafetensorsEntry][] = [];
  for (const { path, tensor } of flattenTree(state)) entries.push([path, await entryOf(tensor)]);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return encodeSafetensors(new Map(entries));
}

async function entryOf(tensor: Tensor): Promise<SafetensorsEntry> {
  const data = await tensor.data();
  if (tensor.dtype === 'int32') return { dtype: 'I32', shape: tensor.shape, data: data as Int32Array };
  if (tensor.dtype === 'bool') return { dtype: 'BOOL', shape: tensor.shape, data: data as Uint8Array };
  return { dtype: 'F32', shape: tensor.shape, data: data as Float32Array };
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Writes a checkpoint aside, flushes it to the disk and renames it: at every moment the run has whole checkpoints only.
 *
 * @returns The folder and the bytes of the state.
 */
export async function writeCheckpoint(
  runDir: string,
  state: RunState,
  about: Omit<Manifest, 'format' | 'sha256' | 'bytes'>,
): Promise<{ path: string; bytes: number }> {
  const bytes = await encodeState(state);
  const manifest: Manifest = { format: CHECKPOINT_FORMAT, ...about, sha256: sha256(bytes), bytes: bytes.byteLength };
  const path = checkpointPath(runDir, about.position.step);
  const aside = `${path}.writing-${process.pid}`;
  await rm(aside, { recursive: true, force: true });
  await mkdir(aside, { recursive: true });
  await writeFlushed(join(aside, STATE_FILE), bytes);
  await writeFlushed(join(aside, MANIFEST_FILE), Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`));
  await flushFolder(aside);
  await rm(path, { recursive: true, force: true }); // a resumed run may come by the same step again
  await rename(aside, path);
  await flushFolder(dirname(path));
  return { path, bytes: bytes.byteLength };
}

/** Removes all but the newest `keep` checkpoints and the one named `best`. */
export async function pruneCheckpoints(runDir: string, keep: number, best: string | null): Promise<void> {
  const all = await listCheckpoints(runDir);
  for (const path of all.slice(0, Math.max(0, all.length - keep))) {
    if (path !== best) await rm(path, { recursive: true, force: true });
  }
}

async function writeFlushed(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function flushFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
