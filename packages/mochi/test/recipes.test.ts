import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CMC_SYNSETS } from '@mochi/data';
import { resnet, toTorchvision } from '@mochi/encoders';
import { createRng, encodeSafetensors, startTensorFlow } from '@mochi/tensorflow';
import { planTraining } from '../src/index.js';

const page = readFileSync(fileURLToPath(new URL('../../../docs/recipes.md', import.meta.url)), 'utf8');
const recipes = [...page.matchAll(/<!-- file: (\S+) -->\s+```yaml\n(.*?)```/gs)].map(([, name, text]) => ({
  name: name!,
  text: text!,
}));

const folder = mkdtempSync(join(tmpdir(), 'mochi-recipes-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file of each image, for folders of other forms. */
const images = (): string[] =>
  ['even', 'odd'].flatMap((name) => readdirSync(join(folder, 'photos', name)).map((file) => join(folder, 'photos', name, file)));
function copies(to: string, count: number, name: (at: number) => string): void {
  mkdirSync(to, { recursive: true });
  for (let at = 0; at < count; at++) cpSync(images()[at % 20]!, join(to, name(at)));
}

beforeAll(async () => {
  await writeImages(join(folder, 'photos'), 20);
  await startTensorFlow();
  const resnet18 = resnet('resnet18', { width: 16, head: { kind: 'linear', dim: 10 } });
  const weights = Object.entries(toTorchvision(resnet18.init(createRng(1, 'weights')))).map(
    ([name, tensor]) => [name, { dtype: 'F32', shape: tensor.shape, data: Float32Array.from(tensor.dataSync()) }] as const,
  );
  writeFileSync(join(folder, 'resnet18.pth'), encodeSafetensors(weights)); // read by what is in it
  for (const { name, text } of recipes) writeFileSync(join(folder, name), text);
  const cifar = join(folder, 'cifar-10-batches-bin');
  mkdirSync(cifar);
  const records = Buffer.alloc(20 * 3073, 100).map((byte, at) => (at % 3073 === 0 ? (at / 3073) % 10 : byte));
  for (const file of ['test_batch', ...[1, 2, 3, 4, 5].map((n) => `data_batch_${n}`)]) writeFileSync(join(cifar, `${file}.bin`), records);
  const tiny = join(folder, 'tiny-imagenet-200');
  for (const synset of ['n01443537', 'n01629819']) copies(join(tiny, 'train', synset, 'images'), 10, (at) => `${synset}_${at}.JPEG`);
  copies(join(tiny, 'val', 'images'), 4, (at) => `val_${at}.JPEG`);
  copies(join(tiny, 'test', 'images'), 4, (at) => `test_${at}.JPEG`); // without labels, as it comes
  writeFileSync(join(tiny, 'val', 'val_annotations.txt'), [0, 1, 2, 3].map((at) => `val_${at}.JPEG\t${at % 2 ? 'n01443537' : 'n01629819'}\t0\t0\t9\t9\n`).join(''));
  for (const synset of CMC_SYNSETS) for (const split of ['train', 'val']) copies(join(folder, 'imagenet', split, synset), 1, () => `${synset}_1.JPEG`);
}); // prettier-ignore

const ROOTS: Readonly<Record<string, string>> = { './cifar-10-binary.tar.gz': '.' };

test('there are recipes', () => expect(recipes.map(({ name }) => name)).toContain('imagenet-100.yaml'));

test.each(recipes)('$name: the first step of the recipe, on a small folder of the same form and a narrow network', async ({ name, text }) => {
  const root = /root: (\S+?)[,} ]/.exec(text)?.[1] ?? './tiny-imagenet-200';
  const small = [`data.root=${join(folder, ROOTS[root] ?? root)}`, 'encoder.width=4', 'train.batchSize=16'];
  if (name === 'pretrained.yaml') small.push('encoder.width=16', `encoder.weights.file=${join(folder, 'resnet18.pth')}`);
  const plan = await planTraining(join(folder, name), { overrides: small });
  expect(plan.images).toBeGreaterThan(15);
  // A small folder has fewer images than k: said here, before anything is trained.
  if (/name: knn/.test(text)) expect(plan.warnings.join()).toMatch(/knn asks for 200 labelled images of train, which has \d+/);
  const splits = Object.fromEntries(plan.evaluators.map((one) => [one.name, one.splits]));
  if (name === 'pretrained.yaml') expect(plan.warnings.join()).not.toMatch(/encoder\.stem/);
  expect(splits).toEqual(/name: knn/.test(text) || name === 'multi-crop.yaml' ? { knn: ['train', /cifar/.test(name) ? 'test' : 'val'] } : { representation: ['test'] });
}); // prettier-ignore
