import { answers, compare, differencesText, tableText, type CompareReport, type JobEvent } from '@mochi/mochi';
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
    const stop = listenForStop((line) => console.error(line), args.json);
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
      console.log(args.json ? JSON.stringify(report) : textOf(report));
      for (const text of report.warnings) console.error(`warning: ${text}`);
      if (!args.json && report.written) console.error(`\n${report.out}: compare.html, compare.json, compare.csv, variants.csv`);
      if (report.outcome === 'stopped') console.error('go on: the same command');
      process.exitCode = report.outcome === 'stopped' ? (stop.exitCode() ?? EXIT.failed) : exitCodeOf(report);
    } finally {
      stop.dispose();
    }
  },
});

const textOf = (report: CompareReport): string =>
  [tableText(report), differencesText(report), answers(report).join('\n')].filter((part) => part !== '').join('\n\n');

function exitCodeOf({ outcome, runs }: CompareReport): number {
  if (outcome === 'failed') return EXIT.failed;
  return runs.some(({ evaluatorFailures }) => evaluatorFailures.length > 0) ? EXIT.evaluatorFailed : EXIT.finished;
}

function lineOf({ type, job, record }: JobEvent): string {
  const name = `${job.variant}${job.seed === null ? '' : `, seed ${job.seed}`}`;
  if (record?.outcome === 'failed') {
    const { code, message, frames = [] } = record.failure;
    return [`failed    ${name}: ${code ?? ''} ${message}`, ...frames.map((frame) => `          at ${frame}`)].join('\n');
  }
  if (type === 'end' && record) return `finished  ${name}: ${record.seconds.toFixed(1)} s`;
  return { start: `begins    ${name}`, known: `known     ${name}`, stopped: `stopped   ${name}`, end: name }[type];
}
