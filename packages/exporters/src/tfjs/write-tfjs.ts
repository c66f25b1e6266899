import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainedEncoder } from '@mochi/contract';
import { hostTensor } from '../graph/constants.js';
import { exportOperator } from '../errors.js';
import { freezeEncoder } from '../graph/freeze-encoder.js';
import { messageToJson, type GraphDef } from '../graph/messages.js';
import { signatureOf } from '../graph/signature.js';
import { metadataOf } from '../metadata.js';
import { writeFolderAside } from '../write-aside.js';
import { browserGraph } from './browser-graph.js';
import { tfjsConfig, type TfjsConfig } from './config.js';

const MODEL_FILE = 'model.json';
/** Browsers keep files of up to 4 MiB in their cache. */
const SHARD_BYTES = 4 * 2 ** 20;

/**
 * The encoder as a graph model of TensorFlow.js: a folder with `model.json` and its weights, for `loadGraphModel`. It takes `images`
 * [batch, size, size, 3]. Metadata stands in `userDefinedMetadata`.
 *
 * @throws MOCHI_EXPORT_OPERATOR, MOCHI_EXPORT_FOLDER, MOCHI_EXPORT_FAILED
 */
export async function writeTfjs(
  trained: TrainedEncoder,
  path: string,
  { outputs }: TfjsConfig = tfjsConfig.parse({}),
): Promise<void> {
  const frozen = await freezeEncoder(trained, outputs);
  const { topology, specs, bytes } = split(browserGraph(frozen.graph));
  const shards = Math.max(1, Math.ceil(bytes.byteLength / SHARD_BYTES));
  const paths = Array.from({ length: shards }, (_, at) => `weights-${at + 1}-of-${shards}.bin`);
  const model = {
    format: 'graph-model',
    generatedBy: 'mochi',
    convertedBy: null,
    modelTopology: messageToJson('GraphDef', topology),
    signature: jsonSignature(signatureOf(frozen)),
    userDefinedMetadata: metadataOf(trained),
    weightsManifest: [{ paths, weights: specs }],
  };
  await writeFolderAside(path, MODEL_FILE, async (folder) => {
    for (const [at, name] of paths.entries())
      await writeFile(join(folder, name), bytes.subarray(at * SHARD_BYTES, (at + 1) * SHARD_BYTES));
    await writeFile(join(folder, MODEL_FILE), JSON.stringify(model));
  });
}

interface WeightSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: 'float32' | 'int32';
}

/** The graph without the values of its constants, and those in a row. */
function split(graph: GraphDef): { topology: GraphDef; specs: WeightSpec[]; bytes: Uint8Array } {
  const specs: WeightSpec[] = [];
  const parts: Uint8Array[] = [];
  const node = graph.node.map((each) => {
    if (each.op !== 'Const') return each;
    const value = hostTensor(each);
    if (!value) throw exportOperator('tfjs', `Const of type ${each.attr['dtype']?.type}`, each.name);
    const { shape, data } = value;
    specs.push({ name: each.name, shape, dtype: data instanceof Float32Array ? 'float32' : 'int32' });
    parts.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return { ...each, attr: { dtype: each.attr['dtype']! } };
  });
  return { topology: { ...graph, node }, specs, bytes: Buffer.concat(parts) };
}

/** TensorFlow.js names the fields of a signature in camel case. */
function jsonSignature({ inputs, outputs }: ReturnType<typeof signatureOf>): object {
  const turn = (infos: typeof inputs): object =>
    Object.fromEntries(
      Object.entries(infos).map(([name, info]) => [
        name,
        {
          name: info.name,
          dtype: 'DT_FLOAT',
          tensorShape: { dim: info.tensor_shape.dim.map(({ size }) => ({ size: String(size) })) },
        },
      ]),
    );
  return { inputs: turn(inputs), outputs: turn(outputs) };
}
