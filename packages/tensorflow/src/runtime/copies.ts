import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { twoCopies } from '../errors.js';

/** Folder of this package: of two copies each has its own. */
export const OWN_FOLDER = fileURLToPath(new URL('../..', import.meta.url));

const CORE = /^(.*[\\/]@tensorflow[\\/]tfjs-core)[\\/]dist[\\/]/;

/**
 * Two copies are what npm and pnpm leave where packages ask for different versions, or where one is linked. They would register kernels and
 * gradients over each other, and what is set in one is not set in the other.
 *
 * @param folder Of the copy that started TensorFlow. @throws MOCHI_TWO_COPIES
 */
export function requireOneCopy(folder: string): void {
  if (folder !== OWN_FOLDER) throw twoCopies('@mochi/tensorflow', [folder, OWN_FOLDER]);
  // It is CommonJS, which Node keeps by file, imported or required.
  const loaded = Object.keys(createRequire(import.meta.url).cache);
  const folders = [...new Set(loaded.flatMap((file) => CORE.exec(file)?.[1] ?? []))];
  if (folders.length > 1) throw twoCopies('@tensorflow/tfjs-core', folders);
}
