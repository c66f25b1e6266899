import { evaluate } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, splitPositionals } from '../arguments.js';
import { usage } from '../errors.js';

export const evalCommand = defineCommand({
  meta: { name: 'eval', description: 'Measure a trained run: mochi eval RUN [path=value ...]' },
  args: {
    evaluators: { type: 'string', description: 'names, comma-separated (default: those of the run)', valueHint: 'knn,linear' },
    ...jsonFlag,
  },
  async run({ args }) {
    const { file: path, overrides } = splitPositionals(args._);
    if (path === undefined)
      throw usage('No run was given.', 'mochi eval RUN', 'Name the folder of a run or of one of its checkpoints.');
    const evaluators = args.evaluators?.split(',').filter((name) => name !== '');
    const settings: Record<string, unknown> = {};
    const onEvent = (event: object) => {
      if ('evaluator' in event && 'settings' in event) settings[String(event.evaluator)] = event.settings;
    };
    const results = await evaluate(path, { evaluators, onEvent, overrides: [...overrides, 'trackers=[]'] });
    if (Object.keys(results).length === 0)
      throw usage('The run has no evaluators.', 'evaluators in its config, or --evaluators', 'Add for example --evaluators knn.');
    if (args.json) return console.log(JSON.stringify({ results, settings }));
    for (const [name, { value, unit, better }] of Object.entries(results))
      console.log(`${name}  ${value.toFixed(2)} ${unit}  (${better} is better)`);
    for (const [name, values] of Object.entries(settings)) console.log(`${name}: ${JSON.stringify(values)}`);
  },
});
