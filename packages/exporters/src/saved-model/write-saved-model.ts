import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TrainedEncoder } from '@mochi/contract';
import { runtimeInfo } from '@mochi/tensorflow';
import { freezeEncoder } from '../graph/freeze-encoder.js';
import { encodeMessage } from '../graph/messages.js';
import { signatureOf } from '../graph/signature.js';
import { metadataOf } from '../metadata.js';
import { writeFolderAside } from '../write-aside.js';
import { savedModelConfig, type SavedModelConfig } from './config.js';

const MODEL_FILE = 'saved_model.pb';

/**
 * The encoder as a SavedModel: a folder with `saved_model.pb`, whose signature `serving_default` takes `images` [batch, size, size, 3] and gives
 * `backbone` and `head`. Weights are constants of the graph, so there are no variables. Metadata stands in `assets.extra/mochi.json`.
 *
 * @throws MOCHI_EXPORT_FOLDER, MOCHI_EXPORT_FAILED
 */
export async function writeSavedModel(
  trained: TrainedEncoder,
  path: string,
  { outputs }: SavedModelConfig = savedModelConfig.parse({}),
): Promise<void> {
  const frozen = await freezeEncoder(trained, outputs);
  const model = {
    saved_model_schema_version: 1,
    meta_graphs: [
      {
        meta_info_def: { tags: ['serve'], tensorflow_version: runtimeInfo().version },
        graph_def: frozen.graph,
        signature_def: { serving_default: signatureOf(frozen) },
      },
    ],
  };
  await writeFolderAside(path, MODEL_FILE, async (folder) => {
    await writeFile(join(folder, MODEL_FILE), encodeMessage('SavedModel', model));
    await mkdir(join(folder, 'assets.extra'));
    await writeFile(join(folder, 'assets.extra', 'mochi.json'), `${JSON.stringify(metadataOf(trained), null, 2)}\n`);
  });
}
