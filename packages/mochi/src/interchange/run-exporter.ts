import { readdir, stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Exporter } from '@mochi/contract';
import type { RunHost } from '@mochi/core';
import { endingOfAnother, exportedNothing, formatUnknown, formatWritesNot } from '../errors.js';
import { openRun, type OpenOptions } from '../open-run.js';

/** As in a config: a name, or a name with options. */
export type ExporterEntry = string | Readonly<{ name: string } & Record<string, unknown>>;

/** What exporters write, each with the formats that ship. */
const FORMATS = {
  embeddings: ['npy', 'parquet', 'lancedb'],
  encoders: ['torchvision', 'detectron2', 'onnx', 'saved-model', 'tfjs', 'card'],
} as const;
export type Written = keyof typeof FORMATS;

/** Endings that say what a file is, with the formats that write such a file. PyTorch's own are written by none. */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  '.safetensors': ['torchvision', 'detectron2'],
  '.onnx': ['onnx'],
  '.md': ['card'],
  '.npy': ['npy'],
  '.parquet': ['parquet'],
  '.lancedb': ['lancedb'],
  '.lance': ['lancedb'],
  '.pt': [],
  '.pth': [],
};

/** @throws MOCHI_EXPORT_FORMAT for a path whose ending belongs to another format than the one that ships under this name */
export function requireEnding(name: string, path: string): void {
  const ending = extname(path).toLowerCase();
  const formats = Object.hasOwn(ENDINGS, ending) ? ENDINGS[ending] : undefined;
  const alike = Object.values<readonly string[]>(FORMATS).find((names) => names.includes(name));
  if (!alike || formats === undefined || formats.includes(name)) return;
  const [own] = Object.entries(ENDINGS).find(([, names]) => names.includes(name)) ?? [null];
  throw endingOfAnother(name, path, formats.filter((format) => alike.includes(format)), own); // prettier-ignore
}

type Config = Readonly<Record<string, unknown>>;

/**
 * What a format stands for, as the only entry of `exporters`. A word is a plugin's name or the `format` of an exporter; one that the run lists has
 * the options that it has there, any other its defaults. Options that are given take the place of the run's.
 */
export async function exporterOf(config: Config, format: ExporterEntry, options: OpenOptions): Promise<ExporterEntry> {
  if (typeof format !== 'string') return format;
  const named = entriesOf(config).find(({ name }) => name === format);
  if (named || Object.values<readonly string[]>(FORMATS).some((names) => names.includes(format))) return named ?? format;
  const own = await exportersOf(config, options);
  return own.find(({ exporter }) => exporter.format === format)?.entry ?? format; // a name, known or not: the config is checked next
}

/** The error for a file whose ending stands for no format; it names the exporters of the run that would write it. */
export async function noFormatFor(out: string, endings: readonly string[], config: Config, options: OpenOptions): Promise<Error> {
  return formatUnknown(out, endings, namesOf(await exportersOf(config, options), 'embeddings'));
}

/** The only exporter of an opened run, with the name of its plugin. @throws MOCHI_EXPORT_FORMAT where it does not write what is asked for */
export async function exporterFor<K extends 'write' | 'writeEncoder'>(
  host: RunHost,
  method: K,
  config: Config,
  options: OpenOptions,
): Promise<{ readonly name: string; readonly exporter: Exporter & Required<Pick<Exporter, K>> }> {
  const { name } = host.entries.find(({ kind }) => kind === 'exporter')!;
  const exporter = host.all('exporter')[0]!;
  if (typeof exporter[method] === 'function') return { name, exporter: exporter as Exporter & Required<Pick<Exporter, K>> };
  const own = await exportersOf(config, options);
  const known = (what: Written): readonly string[] => [...new Set([...FORMATS[what], ...namesOf(own, what)])];
  const [what, other] = method === 'write' ? (['embeddings', 'writeEncoder'] as const) : (['encoders', 'write'] as const);
  throw formatWritesNot(
    name,
    what,
    { embeddings: known('embeddings'), encoders: known('encoders') },
    typeof exporter[other] === 'function',
  );
}

/** Lets an exporter write, and looks at what it left. @throws MOCHI_EXPORT_NOTHING */
export async function writeBy(name: string, path: string, write: () => Promise<void>): Promise<void> {
  const before = await lookAt(path);
  await write();
  const after = await lookAt(path);
  if (after === undefined) throw exportedNothing(name, path, 'nothing is there');
  if (after.empty) throw exportedNothing(name, path, 'what is there is empty');
  if (after.version !== undefined && after.version === before?.version)
    throw exportedNothing(name, path, 'what is there was there before');
}

/** `version` changes whenever a file is written; a folder has none. */
async function lookAt(path: string): Promise<{ readonly empty: boolean; readonly version?: string } | undefined> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.isDirectory()) return { empty: (await readdir(path)).length === 0 };
  return { empty: found.size === 0n, version: `${found.ino}:${found.mtimeNs}` };
}

const entriesOf = ({ exporters = [] }: Config) => exporters as readonly Exclude<ExporterEntry, string>[];

interface OwnExporter {
  readonly entry: Exclude<ExporterEntry, string>;
  readonly exporter: Exporter;
}

const namesOf = (own: readonly OwnExporter[], what: Written): string[] =>
  own.filter(({ exporter }) => (what === 'embeddings' ? exporter.write : exporter.writeEncoder)).map(({ entry }) => entry.name);

/** Those that the run lists. */
async function exportersOf(config: Config, options: OpenOptions): Promise<OwnExporter[]> {
  const entries = entriesOf(config);
  if (entries.length === 0) return [];
  const overrides = options.overrides?.filter((word) => !word.startsWith('exporters.')) ?? []; // they are of the one that is chosen
  const host = await openRun(config, { ...options, overrides, onEvent: undefined, log: undefined });
  try {
    const ids = host.entries.filter(({ kind }) => kind === 'exporter').map(({ id }) => id);
    return host.provided('exporter').flatMap(({ plugin, service: exporter }) => {
      const entry = entries[ids.indexOf(plugin)];
      return entry ? [{ entry, exporter }] : [];
    });
  } finally {
    await host.dispose();
  }
}
