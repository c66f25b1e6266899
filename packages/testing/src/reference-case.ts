import * as tf from '@tensorflow/tfjs-core';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseSafetensors, type ReferenceTensor } from './safetensors.js';

/** Reference values by name, from `reference/make_reference.py`. */
export class ReferenceCase {
  constructor(
    readonly name: string,
    private readonly tensors: ReadonlyMap<string, ReferenceTensor>,
  ) {}

  get names(): string[] {
    return [...this.tensors.keys()];
  }

  has(name: string): boolean {
    return this.tensors.has(name);
  }

  /** The elements, row-major: Float64Array for float64, Float32Array for float32, Int32Array for integers, Uint8Array for bytes and bool. */
  values(name: string): ReferenceTensor['values'] {
    return this.entry(name).values;
  }

  shape(name: string): number[] {
    return [...this.entry(name).shape];
  }

  /** The value of a scalar (a 0-d tensor or one element). */
  number(name: string): number {
    const { values } = this.entry(name);
    if (values.length !== 1) throw new Error(`${this.name}.${name} has ${values.length} elements, not one`);
    return values[0]!;
  }

  /** A new tensor that the caller disposes: floats as float32, integers and bytes as int32, bool as bool. */
  tensor<T extends tf.Tensor = tf.Tensor>(name: string): T {
    const { shape, dtype, values } = this.entry(name);
    if (dtype === 'bool') return tf.tensor(values, [...shape], 'bool') as T;
    if (dtype === 'float32') return tf.tensor(Float32Array.from(values), [...shape], 'float32') as T;
    return tf.tensor(Int32Array.from(values), [...shape], 'int32') as T;
  }

  private entry(name: string): ReferenceTensor {
    const found = this.tensors.get(name);
    if (!found) throw new Error(`reference case ${this.name} has no ${name}; it has ${this.names.join(', ')}`);
    return found;
  }
}

/**
 * The reference case `NAME.safetensors` from the folder $MOCHI_REFERENCE when that is set, else from the calling package's `test/golden/`.
 *
 * @param from `import.meta.url` of the caller.
 */
export function referenceCase(name: string, from: string): ReferenceCase {
  return new ReferenceCase(name, parseSafetensors(readFileSync(referencePath(`${name}.safetensors`, from))));
}

/** The reference case `NAME.json`, parsed; folders as for {@link referenceCase}. */
export const referenceJson = <T>(name: string, from: string): T =>
  JSON.parse(readFileSync(referencePath(`${name}.json`, from), 'utf8')) as T;

/** Whether the reference folder has a file. Folders made elsewhere may lack what a package's own script makes. */
export const hasReference = (file: string, from: string): boolean => existsSync(pathOf(file, from));

/** Path of a file of the reference folder. */
export function referencePath(file: string, from: string): string {
  const path = pathOf(file, from);
  if (!existsSync(path)) throw new Error(`no reference file ${path}; make it with packages/testing/reference/make_reference.py`);
  return path;
}

function pathOf(file: string, from: string): string {
  const elsewhere = process.env['MOCHI_REFERENCE'];
  return elsewhere ? join(elsewhere, file) : join(packageFolder(from), 'test', 'golden', file);
}

function packageFolder(from: string): string {
  let folder = dirname(from.startsWith('file:') ? fileURLToPath(from) : from);
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`${from} lies in no package`);
    folder = parent;
  }
  return folder;
}
