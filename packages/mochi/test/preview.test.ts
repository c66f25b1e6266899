import { startTensorFlow } from '@mochi/tensorflow';
import { expect, test } from 'vitest';
import { previewAugmentation } from '../src/index.js';
import { imageFolder, tinyConfig } from './tiny-run.js';

await startTensorFlow();

test('a page with originals, every view, and what was drawn; the same config gives the same page', async () => {
  const root = await imageFolder(6);
  const augment = { name: 'byol', size: 16, solarize: { p: 1 }, add: [{ op: 'cutout', side: 4, p: 0, views: ['key'] }] };
  const config = tinyConfig(root, { augment });
  const page = await previewAugmentation(config, { images: 2, draws: 2 });
  const titles = [...page.matchAll(/<b>([^<]*)<\/b>/g)].map(([, title]) => title);
  const views = ['query, epoch 0', 'query, epoch 1', 'key, epoch 0', 'key, epoch 1', 'eval'];
  expect(titles).toEqual([...['original', ...views], ...['original', ...views]]);
  expect(page.match(/src="data:image\/png;base64,iVBOR/g)).toHaveLength(12);
  expect(page.match(/<span>gaussian-blur sigma [\d.]+<\/span>/g)!.length).toBeGreaterThanOrEqual(4); // the query is always blurred
  expect(page.match(/<span>solarize<\/span>/g)).toHaveLength(8);
  expect(page).toMatch(/crop \d+ x \d+ at \d+, \d+, to 16 px/);
  expect(page).not.toMatch(/<(?:script|link)|cutout/); // self-contained; what has probability 0 is left out
  expect(await previewAugmentation(config, { images: 2, draws: 2 })).toBe(page);
});
