import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { sortNames } from '../breathe.js';
import { dataMissing } from '../file-errors.js';
import { listImages } from '../image-folder/list-images.js';
import { labelsByName, readLines, type Listed, type Place } from '../listed.js';
import { valSynsets } from './val-labels.js';

const SYNSET = /^n\d{8}$/;

/** Synset folders of a split folder, sorted; none where it is flat or missing. */
export async function synsetFolders(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  return (await readdir(folder)).filter((name) => SYNSET.test(name)).sort();
}

/**
 * The images of some synset folders, in the order of the synsets and names, at any depth below (Tiny-ImageNet has a folder `images`).
 *
 * @param synsets Sorted: label 0 is the first. @throws MOCHI_DATA_MISSING names folders that are not there.
 */
export async function listSynsets(place: Place, split: string, synsets: readonly string[]): Promise<Listed> {
  const missing = synsets.filter((synset) => !existsSync(join(place.root, split, synset)));
  if (missing.length > 0) throw dataMissing(place.origin, place.root, missing.map((synset) => `${split}/${synset}`)); // prettier-ignore
  const names: string[] = [];
  const labels: number[] = [];
  for (const [label, synset] of synsets.entries()) {
    for (const image of (await listImages(join(place.root, split, synset))).images) {
      names.push(`${split}/${synset}/${image}`);
      labels.push(label);
    }
  }
  return { names, labels: Int32Array.from(labels) };
}

/** Names of the images that lie flat in a folder, sorted. */
export async function flatImages(place: Place, folder: string): Promise<string[]> {
  if (!existsSync(join(place.root, folder))) throw dataMissing(place.origin, place.root, [folder]);
  return sortNames([...(await listImages(join(place.root, folder))).images]);
}

/**
 * A validation split: synset folders, or a flat folder with its list, of which the images of the synsets wanted are kept.
 *
 * @param folder Where flat images lie. @param list The user's own list of labels.
 */
export async function listVal(place: Place, synsets: readonly string[], folder: string, list?: string): Promise<Listed> {
  if ((await synsetFolders(join(place.root, 'val'))).length > 0) return listSynsets(place, 'val', synsets);
  const images = await flatImages(place, folder);
  const labels = await valSynsets(place, images, list);
  const wanted = new Set(synsets);
  const kept = images.map((_, at) => at).filter((at) => wanted.has(labels[at]!));
  return {
    names: kept.map((at) => `${folder}/${images[at]!}`),
    labels: labelsByName(kept.map((at) => labels[at]!), synsets, `${place.root}/${folder}`), // prettier-ignore
  };
}

/** `n01443537 goldfish`: the synset, and its first word where a file of words (synset, tab or space, words) is there. */
export async function synsetNames(place: Place, synsets: readonly string[], files: readonly string[]): Promise<string[]> {
  const file = files.find((name) => existsSync(join(place.root, name)));
  if (file === undefined) return [...synsets];
  const words = new Map<string, string>();
  for (const line of await readLines(place, file)) words.set(line.slice(0, 9), line.slice(10).split(',')[0]!.trim());
  return synsets.map((synset) => (words.has(synset) ? `${synset} ${words.get(synset)!}` : synset));
}
