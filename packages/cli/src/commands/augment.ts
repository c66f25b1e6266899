import { writeFile } from 'node:fs/promises';
import { previewAugmentation } from '@mochi/mochi';
import { defineCommand } from 'citty';
import { splitPositionals, wholeNumber } from '../arguments.js';
import { usage } from '../errors.js';
import { log } from '../log.js';

const FORM = 'mochi augment preview CONFIG [path=value ...]';

export const augmentCommand = defineCommand({
  meta: { name: 'augment', description: `Show what augmentation makes of images: ${FORM}` },
  args: {
    out: { type: 'string', default: 'preview.html', description: 'page that is written', valueHint: 'FILE' },
    images: { type: 'string', default: '4', description: 'images on it', valueHint: 'N' },
    draws: { type: 'string', default: '3', description: 'draws of each random view', valueHint: 'N' },
  },
  async run({ args }) {
    const [action, ...words] = args._;
    if (action !== 'preview') throw usage(`"mochi augment" was given ${action ?? 'nothing'} to do.`, FORM, 'Say preview.');
    const { file, overrides } = splitPositionals(words);
    if (file === undefined) throw usage('No config was given.', FORM, 'Name a config file.');
    const [images, draws] = [wholeNumber('images', args.images, 1), wholeNumber('draws', args.draws, 1)];
    await writeFile(args.out, await previewAugmentation(file, { images, draws, overrides, log }));
    console.log(args.out);
  },
});
