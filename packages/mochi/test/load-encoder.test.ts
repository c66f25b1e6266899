import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { embed, exportEncoder, loadEncoder, train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

const out = temporaryFolder();
const run = join(out, 'run');
let root: string;

beforeAll(async () => {
  root = await imageFolder(12);
  await train(tinyConfig(root, { train: { steps: 2, batchSize: 4 } }), { runDir: run });
});

const first = () => join(root, 'even', '000.png');
const near = (got: ArrayLike<number>, want: ArrayLike<number>) =>
  expect(Array.from(got)).toBeAllClose(Array.from(want), { rtol: 1e-3, atol: 1e-3 });

test('a loaded encoder gives what embed gives, from the run, from its export, and from a config that imports it', async () => {
  const weights = join(out, 'encoder.safetensors');
  await exportEncoder(run, { format: 'torchvision', to: weights });
  const table = await embed(run);
  const want = table.features.subarray(0, table.dim);
  const { encoder } = tinyConfig(root) as { encoder: object };
  const config = join(out, 'imported.yaml');
  writeFileSync(config, stringify(tinyConfig(root, { encoder: { ...encoder, weights } })));
  for (const source of [run, weights, config]) {
    const loaded = await loadEncoder(source);
    expect(loaded.preprocessing).toMatchObject({
      size: 16,
      resize: 18,
      resizeSmall: 16,
      mean: [0.485, 0.456, 0.406],
      std: [0.229, 0.224, 0.225],
    });
    const [byPath, byBytes] = await loaded.embed([first(), readFileSync(first())]);
    near(byPath!, want);
    near(byBytes!, want);
    const settled = await loaded.embedSettled([Buffer.from('none'), first()]);
    expect(settled[0]).toMatchObject({ status: 'rejected', reason: { code: 'MOCHI_IMAGE_UNREADABLE' } });
    await expect(loaded.embed(['/nowhere.jpg'])).rejects.toMatchObject({ code: 'MOCHI_IMAGE_UNREADABLE' });
    await loaded.dispose();
  }
});

test('a list of any length: in its order, and the one that cannot be read by its place', async () => {
  const loaded = await loadEncoder(run);
  const [one, other] = [first(), join(root, 'odd', '001.png')];
  const [a, b] = await loaded.embed([one, other]);
  const list = Array.from({ length: 300 }, (_, at) => (at === 200 ? Buffer.from('none') : at % 3 === 0 ? one : other));
  const results = await loaded.embedSettled(list);
  const rows = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  expect(rows).toHaveLength(299);
  rows.forEach((row, at) => near(row, (at < 200 ? at : at + 1) % 3 === 0 ? a! : b!));
  expect(results[200]).toMatchObject({ reason: { code: 'MOCHI_IMAGE_UNREADABLE', message: /number 200 of the list/ } });
  await loaded.dispose();
});
