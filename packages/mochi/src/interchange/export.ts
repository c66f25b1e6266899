import { requireOptions, requirePath } from '../check-arguments.js';
import { exportUnwritable, formatWritesNot } from '../errors.js';
import { openEncoder } from '../open-encoder.js';
import { OPEN_OPTIONS, type OpenOptions } from '../open-run.js';
import { entry, text, type OptionKind } from '../option-kinds.js';
import { requireWritable } from '../require-writable.js';
import { trainedEncoder } from './trained-encoder.js';

export interface ExportOptions extends OpenOptions {
  /**
   * An exporter of encoders by name (torchvision, detectron2, onnx, saved-model, tfjs, card), or with its options:
   * `{ name: 'onnx', outputs: ['backbone'] }`.
   */
  readonly format: string | Readonly<{ name: string } & Record<string, unknown>>;
  /** The file to write, or the folder where the format is one (saved-model, tfjs). */
  readonly to: string;
  /** `query` (default) or `key`. */
  readonly encoder?: string;
}

const OPTIONS: Readonly<Record<keyof ExportOptions, OptionKind>> = { format: entry, to: text, encoder: text, ...OPEN_OPTIONS };

/**
 * Writes the encoder of a trained run for other tools.
 *
 * @param path Run folder (its newest checkpoint), checkpoint folder, or a config file with `encoder.weights`.
 * @throws MOCHI_ARGUMENT, MOCHI_EXPORT_* and what `openEncoder` throws
 */
export async function exportEncoder(path: string, options: ExportOptions): Promise<void> {
  requirePath('exportEncoder', path);
  requireOptions('exportEncoder', options, OPTIONS, ['format', 'to']);
  const { format, to, encoder, ...how } = options;
  const run = await openEncoder(path, { ...how, change: (config) => ({ ...config, exporters: [format] }) });
  try {
    const exporter = run.host.all('exporter')[0]!;
    if (!exporter.writeEncoder) throw formatWritesNot(exporter.format, 'encoders');
    await requireWritable(to, exportUnwritable);
    await exporter.writeEncoder(await trainedEncoder(run, encoder), to);
  } finally {
    await run.dispose();
  }
}
