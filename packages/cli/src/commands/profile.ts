import { profile } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, splitPositionals } from '../arguments.js';
import { usage } from '../errors.js';

export const profileCommand = defineCommand({
  meta: { name: 'profile', description: 'Show where the time of a run goes: mochi profile CONFIG [path=value ...]' },
  args: {
    steps: { type: 'string', default: '20', description: 'steps that are measured', valueHint: 'N' },
    warmup: { type: 'string', default: '3', description: 'steps before them, which are left out', valueHint: 'N' },
    ...jsonFlag,
  },
  async run({ args }) {
    const { file, overrides } = splitPositionals(args._);
    if (file === undefined) throw usage('No config was given.', 'mochi profile CONFIG', 'Name a config file.');
    const { ops } = await profile(file, { steps: Number(args.steps), warmup: Number(args.warmup), overrides });
    if (args.json) return console.log(JSON.stringify(ops));
    for (const [title, rows, count] of [
      ['by scope', ops.byScope, 20],
      ['by type', ops.byType, 25],
      ['by node', ops.byNode, 40],
    ] as const) {
      console.log(`${title}: count and thread-ms of a step, share`);
      for (const row of rows.slice(0, count))
        console.log(
          `  ${row.count.toFixed(1).padStart(7)} ${row.ms.toFixed(2).padStart(8)} ms ${(100 * row.share).toFixed(1).padStart(5)} %  ${row.part.padEnd(12)} ${row.name} ${row.op === row.name ? '' : row.op} ${title === 'by node' ? (row.shapes ?? '') : ''}`,
        );
    }
  },
});
