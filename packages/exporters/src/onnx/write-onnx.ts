import { writeFile } from 'node:fs/promises';
import type { TrainedEncoder } from '@mochi/contract';
import { freezeEncoder } from '../graph/freeze-encoder.js';
import { metadataOf } from '../metadata.js';
import { writeAside } from '../write-aside.js';
import { onnxConfig, type OnnxConfig } from './config.js';
import { encodeModel } from './messages.js';
import { OPSET, toOnnx } from './to-onnx.js';

/**
 * The encoder as ONNX, opset 17: `images` [batch, 3, size, size] to `backbone` and `head` [batch, width], float32, any batch.
 *
 * @throws MOCHI_EXPORT_OPERATOR, MOCHI_EXPORT_FAILED
 */
export async function writeOnnx(
  trained: TrainedEncoder,
  path: string,
  { outputs }: OnnxConfig = onnxConfig.parse({}),
): Promise<void> {
  const graph = toOnnx(await freezeEncoder(trained, outputs));
  const bytes = encodeModel(graph, { name: trained.encoder.name, opset: OPSET, metadata: metadataOf(trained) });
  await writeAside(path, (aside) => writeFile(aside, bytes));
}
