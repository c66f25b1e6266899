import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { EXPORTER, MochiError, type EmbeddingTable, type EmbeddingWriter, type Exporter } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import { describe, test } from 'vitest';
import { expectFault, pluginOf } from '../../test/small-plugin.js';
import { exporterConformance } from './conformances.js';
import { exporterChecks } from './exporter.js';

await startTensorFlow();

const failed = (happened: string) =>
  new MochiError('MOCHI_SMALL_FAILED', { happened, expected: 'a sound table', fix: 'Mend it.' });
const jsonOf = ({ names, features, labels }: EmbeddingTable) => JSON.stringify({ names, features: [...features], labels });

const writer: EmbeddingWriter = {
  format: 'json',
  async write(table, path) {
    const { rows, dim, features, names } = table;
    if (names.length !== rows || features.length !== rows * dim) throw failed('columns differ in length');
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, jsonOf(table));
    } catch (error) {
      throw failed(String(error));
    }
  },
};

exporterConformance(pluginOf('exporter', EXPORTER, writer));

const checksWith = (write: EmbeddingWriter['write']) => exporterChecks(pluginOf('exporter', EXPORTER, { ...writer, write }));

describe('what breaks the contract is found', () => {
  test.each<[string, EmbeddingWriter['write'], string, RegExp]>([
    [
      'a file elsewhere',
      (table, path) => writer.write(table, `${path}.json`),
      'a table is written',
      /nothing is at .*, the path that it was given/,
    ],
    ['a folder taken for granted', async (table, path) => writeFileSync(path, jsonOf(table)), 'a table is written', /ENOENT/],
    [
      'something left beside it',
      async (table, path) => {
        await writer.write(table, path);
        writeFileSync(`${dirname(path)}/part-1`, '');
      },
      'a table is written',
      /leaves part-1 beside the file/,
    ],
    [
      'labels taken for granted',
      async (table, path) => writer.write({ ...table, labels: table.labels!.slice() }, path),
      'names of any kind',
      /a table without labels: TypeError/,
    ],
    [
      'a table appended',
      async (table, path) => {
        mkdirSync(dirname(path), { recursive: true });
        appendFileSync(path, jsonOf(table));
      },
      'a second table',
      /is it appended/,
    ],
    [
      'a table changed',
      async (table, path) => {
        table.features.fill(0);
        await writer.write(table, path);
      },
      'the table is left',
      /changed the features of the table/,
    ],
    [
      'a table whose columns differ, written',
      async (table, path) => {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, jsonOf(table));
      },
      'a table whose columns',
      /names are fewer than rows, and it writes the table/,
    ],
    [
      'a refusal after the damage',
      async (table, path) => {
        writeFileSync(path, '');
        await writer.write(table, path);
      },
      'a table whose columns',
      /a refused table changed the file/,
    ],
    [
      'a failure that is kept quiet',
      (table, path) => writer.write(table, path).catch(() => undefined),
      'what cannot be written',
      /says that it has written into it/,
    ],
    [
      'a failure without a code',
      async (table, path) => {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, jsonOf(table));
      },
      'what cannot be written',
      /fails without a code: Error: E/,
    ],
  ])('%s', (_, write, name, message) => expectFault(checksWith(write), name, message));

  const exporterWith = (exporter: Partial<Exporter>) =>
    exporterChecks(pluginOf('exporter', EXPORTER, { format: 'x', ...exporter }));

  test.each<[string, Partial<Exporter>, string, RegExp]>([
    ['nothing at all', {}, 'it writes', /writes neither embeddings nor encoders/],
    ['a name that is none', { ...writer, format: 'a b' }, 'it writes', /its format is called "a b"/],
    ['an encoder that is not written', { writeEncoder: async () => {} }, 'an encoder is', /nothing is at .*encoder\.x/],
    [
      'an encoder refused without a code',
      { writeEncoder: async () => Promise.reject(new Error('unknown')) },
      'an encoder is',
      /fails without a code: Error: unknown/,
    ],
    [
      'half an encoder',
      {
        writeEncoder: async (_, path) => {
          writeFileSync(path, '');
          throw failed('unknown');
        },
      },
      'an encoder is',
      /the encoder is refused, and encoder\.x left behind/,
    ],
  ])('%s', (_, exporter, name, message) => expectFault(exporterWith(exporter), name, message));
});
