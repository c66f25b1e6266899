import { isMochiError } from '@mochi/contract';
import { ensureLibrary, inspectLibrary, runtimeInfo, startTensorFlow, type RuntimeInfo } from '@mochi/tensorflow';
import { defineCommand } from 'citty';
import { jsonFlag } from '../arguments.js';
import { usage } from '../errors.js';
import { formatDoctor } from '../format-doctor.js';

export const doctorCommand = defineCommand({
  meta: { name: 'doctor', description: 'Say which TensorFlow is found, from where, on what it runs, and what would help' },
  args: {
    build: { type: 'positional', required: false, description: 'cpu or gpu: the build that is looked for or installed' },
    install: { type: 'boolean', default: false, description: 'install TensorFlow where none is found' },
    ...jsonFlag,
  },
  async run({ args }) {
    const device = buildOf(args.build);
    if (args.install) await ensureLibrary({ device });
    const library = await inspectLibrary({ device });
    const runtime = library.chosen ? await start(library.chosen.dir) : null;
    console.log(args.json ? JSON.stringify({ node: process.versions.node, library, runtime }) : formatDoctor(library, runtime));
    if (!library.chosen) process.exitCode = 1;
  },
});

function buildOf(named: string | undefined): 'auto' | 'cpu' | 'gpu' {
  if (named !== undefined && named !== 'cpu' && named !== 'gpu')
    throw usage(`There is no build "${named}" of TensorFlow.`, 'cpu or gpu', 'mochi doctor --install gpu');
  return named ?? (process.env['MOCHI_DEVICE']?.startsWith('gpu') ? 'gpu' : 'auto');
}

/** The very library that the report chose, on a GPU where it sees one. */
async function start(dir: string): Promise<RuntimeInfo & { readonly noGpu?: string }> {
  process.env['MOCHI_LIBTENSORFLOW'] = dir;
  try {
    await startTensorFlow();
    return runtimeInfo();
  } catch (error) {
    if (!isMochiError(error) || error.code !== 'MOCHI_NO_GPU') throw error;
    await startTensorFlow({ device: 'cpu' });
    return { ...runtimeInfo(), noGpu: error.happened };
  }
}
