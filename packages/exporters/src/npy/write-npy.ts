import { writeFile, open } from 'node:fs/promises';
import type { EmbeddingTable } from '@mochi/contract';
import { checkTable } from '../check-table.js';
import { writeAside } from '../write-aside.js';
import type { NpyConfig } from './config.js';
import { npyHeader } from './npy-header.js';
import { sidecarCsv, sidecarJson } from './sidecar.js';

/** The path of the sidecar: the array's, with another ending. */
export const sidecarPath = (path: string, kind: 'json' | 'csv'): string => `${path.replace(/\.npy$/i, '')}.${kind}`;

/**
 * Writes features [rows, dim] as a little-endian float32 .npy file (version 1.0), and what belongs to each row as a sidecar.
 * The sidecar comes first: wherever the array is, its names are.
 *
 * @throws MOCHI_EMBEDDING_TABLE_INVALID, MOCHI_EXPORT_FAILED
 */
export async function writeNpy(table: EmbeddingTable, path: string, { sidecar }: NpyConfig = { sidecar: 'json' }): Promise<void> {
  checkTable(table);
  if (sidecar !== 'none') {
    const text = sidecar === 'json' ? sidecarJson(table) : sidecarCsv(table);
    await writeAside(sidecarPath(path, sidecar), (aside) => writeFile(aside, text));
  }
  await writeAside(path, async (aside) => {
    const handle = await open(aside, 'w');
    try {
      await handle.appendFile(npyHeader([table.rows, table.dim]));
      await handle.appendFile(littleEndian(table.features));
    } finally {
      await handle.close();
    }
  });
}

/** The bytes of the numbers: a view, except on the rare big-endian machine. */
function littleEndian(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  if (new Uint8Array(new Uint16Array([1]).buffer)[0] === 1) return bytes;
  return Buffer.from(bytes).swap32();
}
