import { resolve } from 'node:path';
import { planTraining, train, type ConfigInput } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { DEFAULTS, jsonFlag, splitPositionals } from '../arguments.js';
import { usage } from '../errors.js';
import { formatPlan } from '../format-plan.js';
import { EXIT } from '../exit-codes.js';
import { endLine, failureLines } from '../format-evaluation.js';
import { log } from '../log.js';
import { listenForStop } from '../stop-signals.js';

export const trainCommand = defineCommand({
  meta: {
    name: 'train',
    description: 'Train what a config says: mochi train CONFIG [--run DIR] [path=value ...], or mochi train --data FOLDER',
  },
  args: {
    run: { type: 'string', description: 'folder of the run (default: runs/TIME)', valueHint: 'DIR' },
    resume: { type: 'boolean', default: false, description: 'go on from the newest checkpoint of --run' },
    from: { type: 'string', description: 'go on from this checkpoint or the newest of this run', valueHint: 'DIR' },
    data: {
      type: 'string',
      description: 'folder of photos: trains on it with the preset "photos", no config needed',
      valueHint: 'DIR',
    },
    'dry-run': {
      type: 'boolean',
      default: false,
      description: 'check everything up to the first step, say what would be trained, and write nothing',
    },
    ...jsonFlag,
  },
  async run({ args }) {
    const { file, overrides } = splitPositionals(args._);
    const config = configOf(file, args.data);
    if (args['dry-run']) return tellPlan(config, overrides, args.json);
    const runDir = args.run ?? defaultRunDir(args.resume);
    const stop = listenForStop((line) => console.error(line), args.json);
    try {
      const trackers = args.json ? ['trackers=[json, jsonl]'] : [];
      const result = await train(config, {
        overrides: [...overrides, ...trackers],
        defaults: DEFAULTS,
        runDir,
        resume: args.from ?? args.resume,
        signal: stop.signal,
        log,
      });
      if (!args.json) for (const line of failureLines(result.failures)) console.error(line);
      if (!args.json) console.error(endLine(result, runDir));
      if (!args.json && stop.exitCode() !== undefined && result.outcome === 'stopped') console.error(goOn(args, runDir));
      const ended = result.failures.length > 0 ? EXIT.evaluatorFailed : EXIT.finished;
      const stopped = stop.exitCode();
      process.exitCode = result.outcome === 'stopped' || stopped === EXIT.failed ? (stopped ?? ended) : ended;
    } finally {
      stop.dispose();
    }
  },
});

async function tellPlan(config: ConfigInput, overrides: readonly string[], json: boolean): Promise<void> {
  const plan = await planTraining(config, { overrides, defaults: DEFAULTS, log });
  console.log(json ? JSON.stringify(plan) : formatPlan(plan));
}

function configOf(file: string | undefined, data: string | undefined): ConfigInput {
  if (file !== undefined && data === undefined) return file;
  if (data === undefined)
    throw usage(
      'Neither a config nor --data was given.',
      'mochi train CONFIG, or mochi train --data FOLDER',
      'Name a config file, or a folder of photos.',
    );
  const section = { name: 'image-folder', root: resolve(data) };
  return { extends: file === undefined ? 'photos' : resolve(file), data: section };
}

/** How a run that was stopped is gone on with: what its command lacks, or has too much. */
function goOn({ run, from, resume }: { run?: string; from?: string; resume: boolean }, runDir: string): string {
  const more = [...(run === undefined ? [`--run ${runDir}`] : []), ...(resume && from === undefined ? [] : ['--resume'])].join(
    ' ',
  );
  return `go on: the same command${more === '' ? '' : ` with ${more}`}${from === undefined ? '' : ' in place of --from'}`;
}

function defaultRunDir(resume: boolean): string {
  if (resume) throw usage('--resume was given without --run.', 'the folder of the run to go on with', 'Add --run DIR.');
  return `runs/${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
}
