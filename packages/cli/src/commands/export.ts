import { exportEncoder } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, splitPositionals } from '../arguments.js';
import { usage } from '../errors.js';
import { log } from '../log.js';

const FORMATS = ['torchvision', 'detectron2', 'onnx', 'saved-model', 'tfjs', 'card'];

export const exportCommand = defineCommand({
  meta: { name: 'export', description: 'Write the encoder for other tools: mochi export RUN --format onnx --to FILE' },
  args: {
    format: {
      type: 'string',
      required: true,
      description: `${FORMATS.join(', ')}, or an exporter of your own by its name or its format`,
      valueHint: 'NAME',
    },
    to: { type: 'string', required: true, description: 'file to write; a folder for saved-model and tfjs', valueHint: 'FILE' },
    encoder: { type: 'enum', options: ['query', 'key'], default: 'query', description: 'which encoder' },
    ...jsonFlag,
  },
  async run({ args }) {
    const { file: path, overrides } = splitPositionals(args._);
    if (path === undefined)
      throw usage(
        'No run was given.',
        'mochi export RUN --format NAME --to FILE',
        'Name the folder of a run or of one of its checkpoints, or a config with encoder.weights.',
      );
    const { format, to, encoder } = args;
    await exportEncoder(path, { format, to, encoder, overrides, log });
    console.log(args.json ? JSON.stringify({ format, to, encoder }) : `${to}: the ${encoder} encoder as ${format}`);
  },
});
