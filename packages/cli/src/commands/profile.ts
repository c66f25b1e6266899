import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { profile } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, splitPositionals, wholeNumber } from '../arguments.js';
import { formatProfile } from '../format-profile.js';
import { usage } from '../errors.js';
import { log } from '../log.js';

export const profileCommand = defineCommand({
  meta: { name: 'profile', description: 'Show where the time of a run goes: mochi profile CONFIG [path=value ...]' },
  args: {
    steps: { type: 'string', default: '20', description: 'steps that are measured', valueHint: 'N' },
    warmup: { type: 'string', default: '3', description: 'steps before them, which are left out', valueHint: 'N' },
    traced: {
      type: 'string',
      default: '3',
      description: 'steps after them of which every op is recorded; 0: none',
      valueHint: 'N',
    },
    rows: { type: 'string', default: '15', description: 'rows of each table of ops', valueHint: 'N' },
    out: { type: 'string', description: 'folder for trace.json (chrome://tracing, Perfetto) and profile.json', valueHint: 'DIR' },
    ...jsonFlag,
  },
  async run({ args }) {
    const { file, overrides } = splitPositionals(args._);
    if (file === undefined) throw usage('No config was given.', 'mochi profile CONFIG', 'Name a config file.');
    const [steps, warmup] = [wholeNumber('steps', args.steps, 1), wholeNumber('warmup', args.warmup, 1)];
    const [traced, rows] = [wholeNumber('traced', args.traced, 0), wholeNumber('rows', args.rows, 1)];
    const result = await profile(file, { steps, warmup, traced, overrides, log });
    const { trace, ...report } = result;
    if (args.out !== undefined) await writeFiles(args.out, { 'trace.json': trace, 'profile.json': report });
    console.log(args.json ? JSON.stringify(report) : formatProfile(result, rows));
  },
});

async function writeFiles(folder: string, files: Readonly<Record<string, object>>): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(folder, name), JSON.stringify(content));
    console.error(join(folder, name));
  }
}
