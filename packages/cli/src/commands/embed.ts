import { resolve } from 'node:path';
import { embed } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, splitPositionals } from '../arguments.js';
import { usage } from '../errors.js';
import { log } from '../log.js';

export const embedCommand = defineCommand({
  meta: { name: 'embed', description: 'Write the features of images: mochi embed RUN --out FILE [--data FOLDER]' },
  args: {
    out: {
      type: 'string',
      required: true,
      description: 'file to write: .npy or .parquet; .lancedb: a folder',
      valueHint: 'FILE',
    },
    format: {
      type: 'string',
      description:
        'npy, parquet, lancedb, or an exporter of your own by its name or its format (default: by the ending of --out)',
      valueHint: 'NAME',
    },
    data: { type: 'string', description: 'folder of images (default: the data of the run)', valueHint: 'DIR' },
    split: { type: 'string', description: 'split of the data (default: the first)' },
    layer: {
      type: 'enum',
      options: ['backbone', 'head'],
      default: 'backbone',
      description: 'backbone transfers best; head is what the loss sees',
    },
    encoder: { type: 'enum', options: ['query', 'key'], default: 'query', description: 'which encoder' },
    normalise: { type: 'boolean', default: false, description: 'divide each row by its length, for searches by cosine' },
    ...jsonFlag,
  },
  async run({ args }) {
    const { file: path, overrides } = splitPositionals(args._);
    if (path === undefined)
      throw usage('No run was given.', 'mochi embed RUN --out FILE', 'Name the folder of a run or of one of its checkpoints.');
    const data = args.data === undefined ? undefined : { name: 'image-folder', root: resolve(args.data) };
    const { split, layer, encoder, out, format, normalise } = args;
    const { rows, dim } = await embed(path, { data, split, layer, encoder, out, format, normalise, overrides, log });
    console.log(
      args.json
        ? JSON.stringify({ out, rows, dim, layer, encoder, normalised: normalise })
        : `${out}: ${rows} rows of ${dim} (${layer} of the ${encoder} encoder${normalise ? ', normalised' : ''})`,
    );
  },
});
