import { compare, differencesText, tableText, type JobEvent } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, splitPositionals, wholeNumber } from '../arguments.js';
import { usage } from '../errors.js';
import { EXIT } from '../exit-codes.js';
import { listenForStop } from '../stop-signals.js';

export const compareCommand = defineCommand({
  meta: {
    name: 'compare',
    description: 'Run every combination of some options and compare: mochi compare COMPARISON [path=value ...]',
  },
  args: {
    out: {
      type: 'string',
      description: 'folder of the comparison (default: runs/NAME); what is done there is skipped',
      valueHint: 'DIR',
    },
    jobs: { type: 'string', default: '1', description: 'runs at a time; times are worth comparing with 1 only', valueHint: 'N' },
    'table-only': {
      type: 'boolean',
      default: false,
      description: 'train nothing: make tables and page of the runs that are done',
    },
    ...jsonFlag,
  },
  async run({ args }) {
    const { file, overrides } = splitPositionals(args._);
    if (file === undefined) throw usage('No comparison was given.', 'mochi compare COMPARISON', 'Name its file.');
    const jobs = wholeNumber('jobs', args.jobs, 1);
    const stop = listenForStop((line) => console.error(line));
    try {
      const { signal } = stop;
      const report = await compare(file, {
        out: args.out,
        jobs,
        tableOnly: args['table-only'],
        overrides,
        signal,
        onJob: (event) => console.error(lineOf(event)),
      });
      console.log(args.json ? JSON.stringify(report) : [tableText(report), differencesText(report)].join('\n\n').trimEnd());
      if (!args.json) console.error(`\n${report.out}: compare.html, compare.json, compare.csv, variants.csv`);
      const failed = report.outcome === 'failed' ? EXIT.failed : EXIT.finished;
      process.exitCode = report.outcome === 'stopped' ? (stop.exitCode() ?? EXIT.failed) : failed;
    } finally {
      stop.dispose();
    }
  },
});

function lineOf({ type, job, record }: JobEvent): string {
  const name = `${job.variant}${job.seed === null ? '' : `, seed ${job.seed}`}`;
  if (record?.outcome === 'failed') return `failed    ${name}: ${record.failure.code ?? ''} ${record.failure.message}`;
  if (type === 'end' && record) return `finished  ${name}: ${record.seconds.toFixed(1)} s`;
  return { start: `begins    ${name}`, known: `known     ${name}`, stopped: `stopped   ${name}`, refused: name, end: name }[type];
}
