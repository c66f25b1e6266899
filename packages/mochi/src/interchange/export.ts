import { requireOptions, requirePath } from '../check-arguments.js';
import { exportUnwritable } from '../errors.js';
import { openEncoder } from '../open-encoder.js';
import { OPEN_OPTIONS, type OpenOptions } from '../open-run.js';
import { entry, text, type OptionKind } from '../option-kinds.js';
import { requireWritable } from '../require-writable.js';
import { exporterFor, exporterOf, requireEnding, writeBy, type ExporterEntry } from './run-exporter.js';
import { trainedEncoder } from './trained-encoder.js';

export interface ExportOptions extends OpenOptions {
  /**
   * An exporter of encoders by its name (torchvision, detectron2, onnx, saved-model, tfjs, card, or your own), or by its `format` where the run's
   * `exporters` list it; with the options that it has there. Or with other options: `{ name: 'onnx', outputs: ['backbone'] }`.
   */
  readonly format: ExporterEntry;
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
  const run = await openEncoder(path, {
    ...how,
    change: async (config) => ({ ...config, exporters: [await exporterOf(config, format, how)] }),
  });
  try {
    const { name, exporter } = await exporterFor(run.host, 'writeEncoder', run.config, how);
    requireEnding(name, to);
    await requireWritable(to, exportUnwritable);
    const trained = await trainedEncoder(run, encoder);
    await writeBy(name, to, () => exporter.writeEncoder(trained, to));
  } finally {
    await run.dispose();
  }
}
