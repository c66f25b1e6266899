import type { Dataset } from '@mochi/contract';
import { readFileSync } from 'node:fs';
import { dataCorrupt, dataMissing } from '../file-errors.js';
import { IMAGENET_ORIGIN, openSynsets } from '../imagenet/imagenet.js';
import { CMC_SYNSETS } from './class-list.js';
import type { Imagenet100Config } from './config.js';

/**
 * ImageNet-100: `train` and `val` of the listed synsets, from a whole ImageNet folder or from one that has only these.
 *
 * @throws MOCHI_DATA_MISSING names synset folders that are not there; MOCHI_DATA_CORRUPT for a list of another form.
 */
export function openImagenet100({ list, ...config }: Imagenet100Config): Dataset {
  const synsets = list === undefined ? CMC_SYNSETS : readList(list);
  const from = `${IMAGENET_ORIGIN.from}; or, to take other classes, name a file of their synset ids in data.list`;
  return openSynsets('imagenet100', { ...IMAGENET_ORIGIN, title: 'ImageNet-100', from }, config, [...synsets].sort());
}

function readList(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw dataMissing({ title: 'A list of classes', layout: 'a text file of synset ids', from: 'the paper you follow' }, path, [
      path,
    ]);
  }
  const lines = text.split(/\r?\n/).map((line) => line.trim()).filter((line) => line !== ''); // prettier-ignore
  lines.forEach((line, at) => {
    if (!/^n\d{8}$/.test(line) || lines.indexOf(line) !== at)
      throw dataCorrupt(path, `entry ${at + 1}`, `it reads "${line.slice(0, 40)}"`, 'synset ids such as n01440764, each once');
  });
  return lines;
}
