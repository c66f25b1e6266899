import { createWriteStream, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { datasetConformance, writeImages } from '@mochi/testing';
import { pack } from 'tar-stream';
import { afterAll, beforeAll } from 'vitest';
import { golden } from '../test/files.js';
import { cifar10Plugin, imageFolderPlugin, imageTarPlugin, parquetPlugin, tfrecordPlugin, webdatasetPlugin } from './index.js';

const root = mkdtempSync(join(tmpdir(), 'mochi-data-'));
const [folder, archive, cifar] = [join(root, 'images'), join(root, 'images.tar'), join(root, 'cifar')];
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(async () => {
  await writeImages(folder, 12);
  const tar = pack();
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.png')))
    tar.entry({ name }, readFileSync(join(folder, name)));
  tar.finalize();
  await pipeline(tar, createWriteStream(archive));
  mkdirSync(cifar);
  const records = Buffer.alloc(2 * 3073, 7); // two images of class 7
  for (const name of ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'])
    writeFileSync(join(cifar, `${name}.bin`), records);
});

datasetConformance(imageFolderPlugin, { root: folder, holdout: 0.25 });
datasetConformance(imageFolderPlugin, { root: folder, labels: 'none' });
datasetConformance(imageTarPlugin, { path: archive, holdout: 0.25 });
datasetConformance(cifar10Plugin, { root: cifar });
datasetConformance(webdatasetPlugin, { path: golden('wds-{000000..000002}.tar'), cache: join(root, 'cache') });
datasetConformance(tfrecordPlugin, { path: golden('examples.tfrecord'), cache: join(root, 'cache'), holdout: 0.4 });
datasetConformance(parquetPlugin, { path: golden('hub-snappy.parquet'), cache: join(root, 'cache') });
