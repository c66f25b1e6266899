import { evaluationEnd, evaluationStart, isEvent, warning, type RunEvent } from '@mochi/contract';
import { evaluate } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, splitPositionals } from '../arguments.js';
import { usage } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { failureLine, resultLine } from '../format-evaluation.js';
import { log } from '../log.js';

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
    const costs: Record<string, string> = {};
    const onEvent = (event: RunEvent): void => {
      if (isEvent(warning, event)) console.error(`warning: ${event.message}`);
      if (isEvent(evaluationStart, event)) log.info(`${event.evaluator} is measuring`);
      if (!isEvent(evaluationEnd, event)) return;
      settings[event.evaluator] = event.settings;
      if (event.cost !== undefined) costs[event.evaluator] = event.cost;
    };
    const { results, failures } = await evaluate(path, { evaluators, onEvent, log, overrides: [...overrides, 'trackers=[]'] });
    if (failures.length > 0) process.exitCode = EXIT.evaluatorFailed;
    if (args.json) return console.log(JSON.stringify({ results, failures, settings, costs }));
    for (const [name, result] of Object.entries(results)) console.log(resultLine(name, result));
    for (const [name, values] of Object.entries(settings)) console.log(`${name}: ${JSON.stringify(values)}`);
    for (const failure of failures) console.error(failureLine(failure));
  },
});
