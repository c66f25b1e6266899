import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { flattenTree, readSafetensors, type SafetensorsEntry } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { checkpointCorrupt, checkpointMismatch, checkpointMissing } from './errors.js';
import type { RunState } from '../step/parts.js';
import { CHECKPOINT_FORMAT, listCheckpoints, MANIFEST_FILE, STATE_FILE, type Manifest } from './layout.js';
import { CONFIG_FILE } from '../run/run-folder.js';
import { sha256 } from './write.js';

/** The newest checkpoint of a run folder, or the checkpoint folder itself. @throws MOCHI_CHECKPOINT_MISSING */
export async function findCheckpoint(path: string): Promise<string> {
  const isCheckpoint = await readFile(join(path, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
  const found = isCheckpoint ? path : (await listCheckpoints(path)).at(-1);
  if (!found) throw checkpointMissing(path, await whatIsAt(path));
  return found;
}

async function whatIsAt(path: string): Promise<Parameters<typeof checkpointMissing>[1]> {
  const found = await stat(path).catch(() => null);
  if (!found?.isDirectory()) return found ? 'a file' : 'nothing';
  const config = await stat(join(path, CONFIG_FILE)).catch(() => null);
  return config ? 'a run' : 'a folder';
}

/**
 * Finds and reads the newest checkpoint. Of a run that is being trained it may be removed in between, for newer ones: then the newest is looked for again.
 *
 * @param path Run folder or checkpoint folder. @throws MOCHI_CHECKPOINT_MISSING, MOCHI_CHECKPOINT_CORRUPT
 */
export async function readNewest(path: string): Promise<{ path: string } & Awaited<ReturnType<typeof readCheckpoint>>> {
  const found = await findCheckpoint(path);
  try {
    return { path: found, ...(await readCheckpoint(found)) };
  } catch (error) {
    if ((await findCheckpoint(path)) === found) throw error;
    return readNewest(path);
  }
}

/** @throws MOCHI_CHECKPOINT_CORRUPT when cut short, changed, or of another format. */
export async function readCheckpoint(path: string): Promise<{ manifest: Manifest; tensors: Map<string, SafetensorsEntry> }> {
  const manifest = await readManifest(path);
  const bytes = await readFile(join(path, STATE_FILE)).catch((cause: unknown) => {
    throw checkpointCorrupt(path, `${STATE_FILE} is missing`, cause);
  });
  if (bytes.byteLength !== manifest.bytes)
    throw checkpointCorrupt(path, `${STATE_FILE} has ${bytes.byteLength} bytes and not ${manifest.bytes}`);
  if (sha256(bytes) !== manifest.sha256)
    throw checkpointCorrupt(path, `${STATE_FILE} does not have the hash that ${MANIFEST_FILE} states`);
  return { manifest, tensors: readSafetensors(bytes) };
}

export async function readManifest(path: string): Promise<Manifest> {
  try {
    const manifest = JSON.parse(await readFile(join(path, MANIFEST_FILE), 'utf8')) as Manifest;
    if (manifest.format !== CHECKPOINT_FORMAT) throw new Error(`its format is ${manifest.format} and not ${CHECKPOINT_FORMAT}`);
    return manifest;
  } catch (cause) {
    throw checkpointCorrupt(path, cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/**
 * A state like `state` with the values of the checkpoint. `state` is left as it is.
 *
 * @throws MOCHI_CHECKPOINT_MISMATCH, which names the first differences, when names, shapes or dtypes differ.
 */
export function restoreState(path: string, state: RunState, tensors: Map<string, SafetensorsEntry>): RunState {
  const wanted = flattenTree(state);
  const differences = differencesOf(wanted, tensors);
  if (differences.length > 0) throw checkpointMismatch(path, differences);
  const valueOf = ({ path: name, tensor }: { path: string; tensor: tf.Tensor }): tf.Tensor => {
    const entry = tensors.get(name);
    return entry ? tf.tensor(copyOf(entry), tensor.shape, tensor.dtype) : tf.clone(tensor);
  };
  const values = new Map(wanted.map((leaf) => [leaf.path, valueOf(leaf)]));
  return rebuild(state as unknown as Tree, values) as unknown as RunState;
}

type Tree = tf.Tensor | { [name: string]: Tree };

function rebuild(tree: Tree, values: Map<string, tf.Tensor>, prefix = ''): Tree {
  if (tree instanceof tf.Tensor) return values.get(prefix)!;
  return Object.fromEntries(
    Object.entries(tree).map(([name, child]) => [name, rebuild(child, values, prefix === '' ? name : `${prefix}/${name}`)]),
  );
}

/** TensorFlow may keep the array that a tensor was made of, so each tensor gets its own. */
const copyOf = (entry: SafetensorsEntry): Float32Array | Int32Array | Uint8Array => (entry.data as Float32Array).slice();

const DTYPES: Record<string, string> = { F32: 'float32', I32: 'int32', BOOL: 'bool' };

/** Loss scaling is there under float16 only: a run that goes on in another precision begins it anew, or leaves it behind. */
const mayDiffer = (name: string): boolean => name.startsWith('lossScale/');

function differencesOf(wanted: { path: string; tensor: tf.Tensor }[], tensors: Map<string, SafetensorsEntry>): string[] {
  const differences: string[] = [];
  const names = new Set(wanted.map(({ path }) => path));
  for (const { path, tensor } of wanted) {
    const entry = tensors.get(path);
    const want = `${tensor.dtype}[${tensor.shape.join(', ')}]`;
    const got = entry && `${DTYPES[entry.dtype] ?? entry.dtype}[${entry.shape.join(', ')}]`;
    if (got !== want && !(got === undefined && mayDiffer(path)))
      differences.push(got ? `${path} is ${got} and not ${want}` : `${path} is missing`);
  }
  for (const name of tensors.keys())
    if (!names.has(name) && !mayDiffer(name)) differences.push(`${name} is not part of this run`);
  return differences;
}
