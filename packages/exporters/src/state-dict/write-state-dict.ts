import { writeFile } from 'node:fs/promises';
import type { TrainedEncoder } from '@mochi/contract';
import { disposeTree, encodeSafetensors, type SafetensorsEntry } from '@mochi/tensorflow';
import { exportNames } from '../errors.js';
import { metadataOf } from '../metadata.js';
import { writeAside } from '../write-aside.js';
import { stateDictConfig, type StateDictConfig } from './config.js';
import { detectron2Name } from './detectron2-names.js';

/**
 * The weights as safetensors under the names of torchvision's ResNet, `num_batches_tracked` included: `load_state_dict(strict=True)` takes them.
 *
 * @throws MOCHI_EXPORT_NAMES where the encoder has no state_dict; MOCHI_EXPORT_FAILED
 */
export async function writeTorchvision(
  trained: TrainedEncoder,
  path: string,
  { head }: StateDictConfig = stateDictConfig.parse({}),
): Promise<void> {
  const entries = await entriesOf(trained, 'torchvision');
  if (head === 'drop') for (const name of [...entries.keys()]) if (/^fc\./.test(name)) entries.delete(name);
  for (const name of [...entries.keys()])
    if (name.endsWith('.running_var'))
      entries.set(name.replace(/running_var$/, 'num_batches_tracked'), {
        dtype: 'I64',
        shape: [],
        data: BigInt64Array.of(BigInt(trained.facts.step)),
      });
  await write(trained, path, entries);
}

/**
 * The backbone as safetensors under the names of detectron2's ResNet, for detection and segmentation.
 *
 * @throws MOCHI_EXPORT_NAMES for a network that is no ResNet; MOCHI_EXPORT_FAILED
 */
export async function writeDetectron2(trained: TrainedEncoder, path: string): Promise<void> {
  const renamed = new Map<string, SafetensorsEntry>();
  for (const [name, entry] of await entriesOf(trained, 'detectron2')) {
    const other = nameOf(trained, name);
    if (other !== undefined) renamed.set(other, entry);
  }
  if (![...renamed.keys()].some((name) => name.startsWith('res2.')))
    throw exportNames(trained.encoder.name, 'detectron2', 'it has no stages (layer1, layer2, ...) of a ResNet');
  await write(trained, path, renamed);
}

function nameOf({ encoder }: TrainedEncoder, name: string): string | undefined {
  try {
    return detectron2Name(name);
  } catch {
    throw exportNames(encoder.name, 'detectron2', `${name} is no weight of a ResNet`);
  }
}

async function entriesOf({ encoder, weights }: TrainedEncoder, format: string): Promise<Map<string, SafetensorsEntry>> {
  if (!encoder.stateDict) throw exportNames(encoder.name, format, 'it has no state_dict');
  const tensors = encoder.stateDict(weights);
  try {
    const entries = new Map<string, SafetensorsEntry>();
    for (const [name, tensor] of Object.entries(tensors))
      entries.set(name, { dtype: 'F32', shape: tensor.shape, data: (await tensor.data()) as Float32Array });
    return entries;
  } finally {
    disposeTree(tensors);
  }
}

/** `format: pt` is what readers of PyTorch look for. */
async function write(trained: TrainedEncoder, path: string, entries: Map<string, SafetensorsEntry>): Promise<void> {
  const bytes = encodeSafetensors(entries, { format: 'pt', ...metadataOf(trained) });
  await writeAside(path, (aside) => writeFile(aside, bytes));
}
