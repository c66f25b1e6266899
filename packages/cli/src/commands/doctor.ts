import { ensureLibrary, inspectLibrary, runtimeInfo, startTensorFlow } from '@mochi/tensorflow';
import { defineCommand } from 'citty';
import { jsonFlag } from '../arguments.js';
import { formatDoctor } from '../format-doctor.js';

export const doctorCommand = defineCommand({
  meta: { name: 'doctor', description: 'Say which TensorFlow is found, from where, and what would help' },
  args: { install: { type: 'boolean', default: false, description: 'install TensorFlow where none is found' }, ...jsonFlag },
  async run({ args }) {
    if (args.install) await ensureLibrary();
    const library = await inspectLibrary();
    if (library.chosen) await startTensorFlow();
    const runtime = library.chosen ? runtimeInfo() : null;
    console.log(args.json ? JSON.stringify({ node: process.versions.node, library, runtime }) : formatDoctor(library, runtime));
    if (!library.chosen) process.exitCode = 1;
  },
});
