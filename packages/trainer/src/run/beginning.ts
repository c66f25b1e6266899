import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ImportedWeights } from '@mochi/contract';
import { ENVIRONMENT_FILE, readJson, runOf } from './run-folder.js';

/** What a run began from; it stays so over all resumptions. */
export interface Beginning {
  /** ISO 8601, UTC; null: an earlier version began it, and did not say. */
  readonly begun: string | null;
  readonly initialWeights: ImportedWeights | null;
}

/** The beginning of a run as it is now, or as the run that it goes on from recorded it. @param from Run or checkpoint; null: it starts anew. */
export async function beginningOf(config: Readonly<Record<string, unknown>>, from: string | null): Promise<Beginning> {
  if (from === null) return { begun: new Date().toISOString(), initialWeights: await importedWeights(config) };
  const recorded = await readJson<Partial<Beginning>>(join(runOf(from), ENVIRONMENT_FILE)).catch((): Partial<Beginning> => ({}));
  const { begun = null, initialWeights = namedWeights(config) } = recorded;
  return { begun, initialWeights };
}

/** The weights file that a config names in `encoder.weights`, by itself or as its `file`, with its hash where it is there. */
export async function importedWeights(config: Readonly<Record<string, unknown>>): Promise<ImportedWeights | null> {
  const path = weightsPath(config);
  if (path === null) return null;
  const hash = createHash('sha256');
  const read = pipeline(createReadStream(path), hash).then(() => hash.digest('hex'));
  return { file: basename(path), sha256: await read.catch(() => null) };
}

/** The same of a run that did not record it: the file may be another by now. */
export function namedWeights(config: Readonly<Record<string, unknown>>): ImportedWeights | null {
  const path = weightsPath(config);
  return path === null ? null : { file: basename(path), sha256: null };
}

function weightsPath({ encoder }: Readonly<Record<string, unknown>>): string | null {
  const given: unknown = (encoder as { readonly weights?: unknown } | undefined)?.weights;
  const path = typeof given === 'object' && given !== null ? (given as { readonly file?: unknown }).file : given;
  return typeof path === 'string' ? path : null;
}
