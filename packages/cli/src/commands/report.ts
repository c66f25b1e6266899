import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, wholeNumber } from '../arguments.js';
import { usage } from '../errors.js';

export const reportCommand = defineCommand({
  meta: { name: 'report', description: 'Write what runs did as one HTML file: mochi report RUN [RUN ...]' },
  args: {
    out: {
      type: 'string',
      description: 'file to write (default: report.html in the folder of the first run)',
      valueHint: 'FILE',
    },
    title: { type: 'string', description: 'heading (default: the name of the run)', valueHint: 'TEXT' },
    split: { type: 'string', description: 'split whose images are shown (default: the first that is not trained on)' },
    images: { type: 'string', default: '4000', description: 'images whose features are compared, at most', valueHint: 'N' },
    mapped: { type: 'string', default: '1000', description: 'images on the map, at most', valueHint: 'N' },
    look: {
      type: 'boolean',
      default: true,
      description: 'open the encoders: maps, neighbours, confusion, views',
      negativeDescription: 'read the files of the runs alone, which takes a second',
    },
    csv: { type: 'string', description: 'folder for the data of every plot; the page offers it too', valueHint: 'DIR' },
    ...jsonFlag,
  },
  async run({ args }) {
    if (args._.length === 0) throw usage('No run was given.', 'mochi report RUN [RUN ...]', 'Name the folder of a run.');
    const { out, title, split, look, csv } = args;
    const written = await report(args._, {
      ...{ out, title, split, look, csv },
      images: wholeNumber('images', args.images, 3),
      mapped: wholeNumber('mapped', args.mapped, 3),
      onProgress: (line) => console.error(line),
    });
    if (args.json) return console.log(JSON.stringify({ out: written.out, notes: written.notes }));
    for (const { level, text } of written.notes) console.error(`${level}: ${text}`);
    console.log(`${relative(process.cwd(), written.out)}\n${pathToFileURL(written.out).href}`);
  },
});
