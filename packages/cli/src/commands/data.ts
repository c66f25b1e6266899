import { writeFile } from 'node:fs/promises';
import { inspectData, verifyData } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, splitPositionals, wholeNumber } from '../arguments.js';
import { usage } from '../errors.js';
import { log } from '../log.js';
import { formatData } from '../format-data.js';

const FORM = 'mochi data inspect|verify PATH|CONFIG [path=value ...]';

export const dataCommand = defineCommand({
  meta: { name: 'data', description: `Look at images before training on them: ${FORM}` },
  args: {
    sample: { type: 'string', default: '200', description: 'inspect: images of each split that are decoded', valueHint: 'N' },
    pictures: { type: 'string', default: '24', description: 'inspect: images of each split on the page', valueHint: 'N' },
    out: { type: 'string', default: 'data.html', description: 'inspect: page with images that is written', valueHint: 'FILE' },
    ...jsonFlag,
  },
  async run({ args }) {
    const [action, ...words] = args._;
    if (action !== 'inspect' && action !== 'verify')
      throw usage(`"mochi data" was given ${action ?? 'nothing'} to do.`, FORM, 'Say inspect or verify.');
    const { file, overrides } = splitPositionals(words);
    if (file === undefined) throw usage('No data were given.', FORM, 'Name a folder of images, a tar, or a config.');
    if (action === 'verify') return verify(file, overrides, args.json);
    const [sample, pictures] = [wholeNumber('sample', args.sample, 1), wholeNumber('pictures', args.pictures, 0)];
    const { report, sheet } = await inspectData(file, { sample, pictures, overrides, log });
    await writeFile(args.out, sheet);
    console.log(args.json ? JSON.stringify({ ...report, sheet: args.out }) : `${formatData(report)}\nimages: ${args.out}`);
  },
});

/** Ends with an exit code of 1 where an image is broken. */
async function verify(file: string, overrides: readonly string[], json: boolean): Promise<void> {
  const report = await verifyData(file, { overrides, log });
  console.log(json ? JSON.stringify(report) : formatData(report));
  if (report.splits.some(({ broken }) => broken.length > 0)) process.exitCode = 1;
}
