import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  isMochiError,
  type EmbeddingTable,
  type EmbeddingWriter,
  type Encoder,
  type Exporter,
  type Plugin,
  type TrainedEncoder,
} from '@mochi/contract';
import { createRng, disposeTree } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { require, requireSame, snapshot } from './compare.js';
import { inFolder } from './in-folder.js';
import { refusesUnknown, textOf, thrownBy, withService, type Check } from './suite.js';

/** What every exporter must keep: of embeddings, of encoders, or of both. @param options As in a config. */
export function exporterChecks(plugin: Plugin, options: object = {}): Check[] {
  const lent = (run: (exporter: Exporter, folder: string) => Promise<void>) => () =>
    withService(plugin, 'exporter', options, (exporter) => inFolder((folder) => run(exporter, folder)));
  const check = (name: string, run: (writer: EmbeddingWriter, folder: string) => Promise<void>): Check => ({
    name,
    run: lent(async (exporter, folder) => {
      if (exporter.write !== undefined) await run(exporter as EmbeddingWriter, folder); // else it has no tables to get wrong
    }),
  });
  return [
    { name: 'it writes embeddings, or encoders', run: lent(async (exporter) => saysWhat(exporter)) },
    check('a table is written where it was asked for, also into a folder that is not there', writes),
    check('names of any kind, rows without a label and a table without rows are no accident', takesOdd),
    check('a second table takes the place of the first', replaces),
    check('the table is left as it is', leavesTable),
    check('a table whose columns differ in length is refused with a code, and the file before it stays', refusesUneven),
    check('what cannot be written is refused with a code, and leaves nothing behind', failsCleanly),
    {
      name: 'an encoder is written where it was asked for, or refused with a code; weights are left as they are',
      run: lent(writesEncoder),
    },
    refusesUnknown(plugin, 'exporter', options),
  ];
}

function saysWhat({ format, write, writeEncoder }: Exporter): void {
  require(/^[\w.-]+$/.test(format), `its format is called "${format}"`);
  require(write !== undefined || writeEncoder !== undefined, 'it writes neither embeddings nor encoders');
}

/** A format may know some architectures alone. */
async function writesEncoder({ format, writeEncoder }: Exporter, folder: string): Promise<void> {
  if (writeEncoder === undefined) return;
  const trained = smallTrained();
  const before = snapshot(trained.weights);
  const path = join(folder, `encoder.${format}`);
  const error = await thrownBy(() => writeEncoder(trained, path));
  requireSame(snapshot(trained.weights), before, 'the weights after the export');
  disposeTree(trained.weights as never);
  if (error === undefined) return require(readdirSync(folder).length > 0, `nothing is at ${path}, the path that it was given`);
  require(isMochiError(error), `an encoder that it does not know fails without a code: ${textOf(error)}`);
  const left = readdirSync(folder);
  require(left.length === 0, `the encoder is refused, and ${left.join(', ')} left behind`);
}

function smallTrained(): TrainedEncoder {
  const encoder: Encoder = {
    name: 'small',
    dims: { backbone: 3, head: 2 },
    init: (rng) => ({ params: { weight: rng.normal([3, 2]) }, stats: {} }),
    apply: ({ params, stats }, images) => {
      const backbone = tf.mean<tf.Tensor2D>(images, [1, 2]);
      return { backbone, head: tf.matMul(backbone, params['weight'] as tf.Tensor2D), stats };
    },
  };
  const preprocessing = { size: 8, resize: 9, resizeSmall: 8, mean: [0.5, 0.5, 0.5], std: [0.2, 0.2, 0.2] } as const;
  const fingerprint = async () => ({ dataset: 'small', splits: [] });
  const origin = { name: 'conformance', step: 1, epoch: 0, mochi: null, begun: null, initialWeights: null };
  const facts = { ...origin, config: { seed: 1 }, changes: [], seen: 8, metrics: {}, fingerprint };
  return { encoder, weights: encoder.init(createRng(1, 'export')), preprocessing, facts };
}

const NAMES = ['a/0001.jpg', 'with, comma.png', 'with "quotes".png', 'línea\nnueva.png', '图像/7.webp', ' leading blank'];

/** Rows with every kind of name; the last has no label. */
function tableOf(rows = NAMES.length, dim = 3): EmbeddingTable {
  return {
    ...{ rows, dim, classes: ['cat', 'dog'] },
    features: Float32Array.from({ length: rows * dim }, (_, at) => Math.fround(at / 7 - 1)),
    ids: Int32Array.from({ length: rows }, (_, at) => 10 * at),
    labels: Int32Array.from({ length: rows }, (_, at) => (at === rows - 1 ? -1 : at % 2)),
    names: NAMES.slice(0, rows),
  };
}

const fileOf = ({ format }: EmbeddingWriter, folder: string): string => join(folder, `embeddings.${format}`);

/** What is at a path, to be compared: the bytes of a file, the names in a folder. */
const contentOf = (path: string): string =>
  statSync(path).isDirectory() ? readdirSync(path, { recursive: true }).join() : readFileSync(path).toString('base64');

async function writes(writer: EmbeddingWriter, folder: string): Promise<void> {
  const path = fileOf(writer, join(folder, 'new', 'folder'));
  await writer.write(tableOf(), path);
  require(existsSync(path), `nothing is at ${path}, the path that it was given`);
  require(statSync(path).isDirectory() || statSync(path).size > 0, `${path} is empty`);
  const stray = readdirSync(join(folder, 'new', 'folder')).find((name) => !name.startsWith('embeddings'));
  require(stray === undefined, `it leaves ${stray} beside the file`);
}

async function takesOdd(writer: EmbeddingWriter, folder: string): Promise<void> {
  const { labels: _, classes: __, ...unlabelled } = tableOf();
  const path = fileOf(writer, folder);
  const odd = { 'without labels': unlabelled, 'without rows': tableOf(0), 'with one row': tableOf(1) };
  for (const [what, table] of Object.entries(odd)) {
    const error = await thrownBy(() => writer.write(table, path));
    require(error === undefined, `a table ${what}: ${textOf(error)}`);
  }
}

async function replaces(writer: EmbeddingWriter, folder: string): Promise<void> {
  const [twice, once] = [fileOf(writer, join(folder, 'twice')), fileOf(writer, join(folder, 'once'))];
  await writer.write(tableOf(), twice);
  await writer.write(tableOf(2), twice);
  await writer.write(tableOf(2), once);
  if (statSync(once).isDirectory()) return; // a store of its own: names in it may be drawn
  require(contentOf(twice) === contentOf(once), 'the second table is not written as if it were the first: is it appended?');
}

async function leavesTable(writer: EmbeddingWriter, folder: string): Promise<void> {
  const table = tableOf();
  await writer.write(table, fileOf(writer, folder));
  const columns = ['features', 'ids', 'labels', 'names'] as const;
  const changed = columns.find((name) => JSON.stringify(table[name]) !== JSON.stringify(tableOf()[name]));
  require(changed === undefined, `it changed the ${changed} of the table`);
}

async function refusesUneven(writer: EmbeddingWriter, folder: string): Promise<void> {
  const path = fileOf(writer, folder);
  await writer.write(tableOf(), path);
  const before = contentOf(path);
  const uneven = { names: { ...tableOf(), names: NAMES.slice(1) }, features: { ...tableOf(), dim: 4 } };
  for (const [what, table] of Object.entries(uneven)) {
    const error = await thrownBy(() => writer.write(table, path));
    require(error !== undefined, `${what} are fewer than rows, and it writes the table`);
    require(isMochiError(error), `${what} are fewer than rows, and it fails without a code: ${textOf(error)}`);
  }
  require(contentOf(path) === before, 'a refused table changed the file that was there');
}

async function failsCleanly(writer: EmbeddingWriter, folder: string): Promise<void> {
  const file = join(folder, 'file');
  writeFileSync(file, 'not a folder');
  const error = await thrownBy(() => writer.write(tableOf(), fileOf(writer, file)));
  require(error !== undefined, 'the folder is a file, and it says that it has written into it');
  require(isMochiError(error), `a file that cannot be written fails without a code: ${textOf(error)}`);
  const left = readdirSync(folder).filter((name) => name !== 'file');
  require(left.length === 0, `it leaves ${left.join(', ')} behind`);
}
