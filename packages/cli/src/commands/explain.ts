import { isMochiError, MochiError } from '@mochi/contract';
import { configSchema, openRun } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { DEFAULTS, jsonFlag, splitPositionals } from '../arguments.js';
import { explainStep } from '../explain-step.js';
import { formatExplanation } from '../format-explanation.js';
import { usage } from '../errors.js';
import { log } from '../log.js';

export const explainCommand = defineCommand({
  meta: { name: 'explain', description: 'Show what a config means: mochi explain CONFIG [path=value ...]' },
  args: {
    step: {
      type: 'boolean',
      default: true,
      description: 'count the inputs of the compiled step too (reads the data set)',
      negativeDescription: 'leave out the compiled step',
    },
    tensors: { type: 'boolean', default: false, description: 'list every input of the compiled step, with its shape' },
    schema: { type: 'boolean', default: false, description: 'print the JSON Schema of configs, for editors' },
    ...jsonFlag,
  },
  async run({ args }) {
    if (args.schema) return console.log(JSON.stringify(configSchema(), null, 2));
    const { file, overrides } = splitPositionals(args._);
    if (file === undefined) throw usage('No config was given.', 'mochi explain CONFIG', 'Name a config file.');
    const host = await openRun(file, { overrides, defaults: DEFAULTS, log });
    try {
      const explanation = host.explain();
      const inputs = args.step ? await explainStep(host).catch(orWithoutStep) : null;
      console.log(args.json ? JSON.stringify({ ...explanation, inputs }) : formatExplanation(explanation, inputs, args.tensors));
    } finally {
      await host.dispose();
    }
  },
});

/** The step is made of the data: what a config means can be seen without them. */
function orWithoutStep(error: unknown): never {
  if (!isMochiError(error)) throw error;
  const { code, happened, expected, fix } = error;
  throw new MochiError(code, { happened, expected, fix: `${fix} Or leave the compiled step out: --no-step.` }, { cause: error });
}
