import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { embed, exportEncoder, train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

const out = temporaryFolder();
const run = join(out, 'run');
const path = (name: string): string => join(out, name);
const read = (name: string): unknown => JSON.parse(readFileSync(path(name), 'utf8'));

/** Exporters that write the one option that they have. */
const PLUGINS = `
import { writeFileSync } from 'node:fs';
import { definePlugin, EXPORTER } from '@mochi/contract';
import { z } from 'zod';
const exporter = (name, service) => definePlugin({
  name, kind: 'exporter', apiVersion: 1, config: z.strictObject({ digits: z.int().default(9) }),
  setup: (host, { digits }) => host.provide(EXPORTER, () => service(digits)),
});
const written = (digits) => (_, path) => Promise.resolve(writeFileSync(path, JSON.stringify({ digits })));
export const rows = exporter('acme-rows', (digits) => ({ format: 'rows', write: written(digits) }));
export const weights = exporter('acme-weights', (digits) => ({ format: 'weights', writeEncoder: written(digits) }));
export const unlisted = exporter('acme-unlisted', (digits) => ({ format: 'unlisted-rows', write: written(digits) }));
export const forgets = exporter('acme-forgets', () => ({ format: 'forgets', write: async () => {}, writeEncoder: async () => {} }));
export const empties = exporter('acme-empties', () => ({ format: 'empties', writeEncoder: async (_, path) => writeFileSync(path, '') }));
export const neither = exporter('acme-neither', () => ({ format: 'neither', writeEncodr: async () => {} }));
`;

beforeAll(async () => {
  writeFileSync(path('acme.mjs'), PLUGINS);
  const exporters = ['parquet', { name: 'acme-rows', digits: 4 }, { name: 'acme-weights', digits: 3 }];
  const own = { plugins: [path('acme.mjs')], exporters, train: { steps: 1, batchSize: 4 } };
  await train(tinyConfig(await imageFolder(8), own), { runDir: run });
});

describe('embed and export call an exporter of the run by one rule', () => {
  test.each([
    { by: 'the name of its plugin, with the options of the run', format: 'acme-rows', digits: 4 },
    { by: 'its format', format: 'rows', digits: 4 },
    { by: 'its name with other options', format: { name: 'acme-rows', digits: 5 }, digits: 5 },
    { by: 'the name of one that the run does not list, with its defaults', format: 'acme-unlisted', digits: 9 },
  ])('embed: by $by', async ({ format, digits }) => {
    await embed(run, { out: path('rows.json'), format });
    expect(read('rows.json')).toEqual({ digits });
  });

  test.each([
    { format: 'acme-weights', overrides: [], digits: 3 },
    { format: 'weights', overrides: [], digits: 3 },
    { format: 'weights', overrides: ['exporters.0.digits=2'], digits: 2 }, // the one that is chosen is the first
  ])('export: $format $overrides', async ({ format, overrides, digits }) => {
    await exportEncoder(run, { to: path('weights.json'), format, overrides });
    expect(read('weights.json')).toEqual({ digits });
  });
});

describe('messages name the exporters of the run', () => {
  const code = 'MOCHI_EXPORT_FORMAT';
  const saying = (text: string) => expect.stringContaining(text) as string;

  test('an ending that stands for none', async () => {
    const refused = embed(run, { out: path('rows.json') });
    await expect(refused).rejects.toMatchObject({ code, fix: saying('--format parquet or acme-rows') });
  });

  test.each([
    { format: 'rows', happened: 'acme-rows does not write encoders', fix: 'mochi embed --format acme-rows' },
    { format: 'acme-unlisted', happened: 'acme-unlisted does not write encoders', fix: 'mochi embed --format acme-unlisted' },
    { format: 'acme-neither', happened: 'acme-neither does not write encoders', fix: 'writeEncoder(trained, path)' },
  ])('export --format $format', async ({ format, happened, fix }) => {
    const refused = exportEncoder(run, { format, to: path('none') });
    const expected = saying(
      'lancedb, acme-rows for embeddings; torchvision, detectron2, onnx, saved-model, tfjs, card, acme-weights',
    );
    await expect(refused).rejects.toMatchObject({ code, happened: saying(happened), expected, fix: saying(fix) });
  });

  test('a format that nothing has', async () => {
    const refused = exportEncoder(run, { format: 'wights', to: path('none') });
    await expect(refused).rejects.toThrow(/acme-rows, [^]*acme-weights[^]*MOCHI_UNKNOWN_PLUGIN/);
  });
});

describe('an exporter that says it has written and has not is named', () => {
  test.each([
    { format: 'acme-forgets', to: 'none', found: 'nothing is there' },
    { format: 'acme-empties', to: 'empty', found: 'what is there is empty' },
    { format: 'acme-forgets', to: 'acme.mjs', found: 'what is there was there before' },
  ])('$format: $found', async ({ format, to, found }) => {
    const happened = `The exporter ${format} ended without a failure and did not write ${path(to)}: ${found}.`;
    await expect(exportEncoder(run, { format, to: path(to) })).rejects.toMatchObject({ code: 'MOCHI_EXPORT_NOTHING', happened });
  });

  test('embed too', async () => {
    await expect(embed(run, { format: 'acme-forgets', out: path('none') })).rejects.toMatchObject({
      code: 'MOCHI_EXPORT_NOTHING',
    });
    expect(existsSync(path('none'))).toBe(false);
  });
});
