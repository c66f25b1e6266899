import { resolve } from 'node:path';
import { search } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { jsonFlag, wholeNumber } from '../arguments.js';
import { usage } from '../errors.js';
import { log } from '../log.js';

export const searchCommand = defineCommand({
  meta: { name: 'search', description: 'Find the images that one is nearest to: mochi search RUN IMAGE [--data FOLDER]' },
  args: {
    data: { type: 'string', description: 'folder of images to search (default: the data of the run)', valueHint: 'DIR' },
    split: { type: 'string', description: 'split of the data, or all (default: the first)' },
    count: { type: 'string', default: '10', description: 'images that are found, at most' },
    layer: { type: 'enum', options: ['backbone', 'head'], default: 'backbone', description: 'features that are compared' },
    encoder: { type: 'enum', options: ['query', 'key'], default: 'query', description: 'which encoder' },
    ...jsonFlag,
  },
  async run({ args }) {
    const [path, image, ...more] = args._;
    if (path === undefined || image === undefined || more.length > 0)
      throw usage('A run and one image are needed.', 'mochi search RUN IMAGE', 'Name the folder of a run, and an image file.');
    const data = args.data === undefined ? undefined : { name: 'image-folder', root: resolve(args.data) };
    const { split, layer, encoder } = args;
    const found = await search(path, image, { data, split, layer, encoder, log, count: wholeNumber('count', args.count, 1) });
    for (const each of found)
      console.log(
        args.json ? JSON.stringify(each) : `${each.similarity.toFixed(4)}  ${each.name}${each.class ? `  (${each.class})` : ''}`,
      );
  },
});
