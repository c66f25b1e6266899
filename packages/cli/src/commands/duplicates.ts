import { duplicates } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag } from '../arguments.js';
import { usage } from '../errors.js';
import { log } from '../log.js';

export const duplicatesCommand = defineCommand({
  meta: { name: 'duplicates', description: 'Find near-duplicates in a folder: mochi duplicates RUN FOLDER [--sheet FILE]' },
  args: {
    least: { type: 'string', default: '0.95', description: 'least cosine of two images of a group, 0 to 1' },
    sheet: { type: 'string', description: 'HTML file to write, with the images of each group', valueHint: 'FILE' },
    layer: { type: 'enum', options: ['backbone', 'head'], default: 'backbone', description: 'features that are compared' },
    encoder: { type: 'enum', options: ['query', 'key'], default: 'query', description: 'which encoder' },
    ...jsonFlag,
  },
  async run({ args }) {
    const [path, folder, ...more] = args._;
    if (path === undefined || folder === undefined || more.length > 0)
      throw usage(
        'A run and one folder are needed.',
        'mochi duplicates RUN FOLDER',
        'Name the folder of a run, and one of images.',
      );
    const least = Number(args.least);
    if (!(least > 0 && least <= 1)) throw usage(`--least is "${args.least}".`, 'a cosine above 0, at most 1', 'Correct --least.');
    const { sheet, layer, encoder } = args;
    const groups = await duplicates(path, folder, { least, layer, encoder, log, ...(sheet === undefined ? {} : { sheet }) });
    if (args.json) return groups.forEach((group) => console.log(JSON.stringify(group)));
    for (const [at, { names, nearest, similarity }] of groups.entries())
      console.log(
        `${at + 1}. cosine from ${similarity[0].toFixed(3)}\n${names.map((name, row) => `   ${nearest[row]!.toFixed(3)}  ${name}`).join('\n')}`,
      );
    const count = `${groups.length} ${groups.length === 1 ? 'group' : 'groups'}`;
    console.log(sheet === undefined ? count : `${count}: ${sheet}`);
  },
});
