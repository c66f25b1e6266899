import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { openRun, train } from '../src/index.js';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

let root: string;
beforeAll(async () => {
  root = await imageFolder(12);
});

/** The error of a run, which must be one. */
const errorOf = async (run: Promise<unknown>): Promise<{ code: string; message: string }> => {
  const outcome = await run.then(
    () => 'finished',
    (error: unknown) => error,
  );
  expect(outcome).toHaveProperty('code');
  return outcome as { code: string; message: string };
};

const YAML = `seed: 1
data: { name: image-folder, root: ROOT }
augment: { name: moco-v2, size: 16 }
encoder: { name: resnet10, stem: small, width: 4, stages: 2, head: { hidden: 8, dim: 8 } }
method: moco-v2
bank: { name: fifo, capacity: 32 }
sampler: { name: mochi, n: 8, s: 8, sPrime: 4 }
optimizer: { name: sgd, rate: 0.05 }
train: { epochs: 1, batchSize: 4 }
`;

const file = (text: string): string => {
  const path = join(temporaryFolder(), 'mochi.yaml');
  writeFileSync(path, text.replace('ROOT', JSON.stringify(root)));
  return path;
};

describe('a config that is wrong is refused before anything runs', () => {
  test.each([
    {
      name: 'unknown key: line, column, suggestion',
      from: 'sPrime: 4',
      to: 'sPrim: 4',
      code: 'MOCHI_CONFIG_INVALID',
      says: [/:7:\d+/, /sPrim/, /sPrime/],
    },
    { name: 'wrong type', from: 'capacity: 32', to: 'capacity: many', code: 'MOCHI_CONFIG_INVALID', says: [/:6:\d+/, /many/] },
    { name: 'negative count', from: 'mochi, n: 8', to: 'mochi, n: -8', code: 'MOCHI_CONFIG_INVALID', says: [/:7:\d+/, /-8/] },
    {
      name: 'unknown sampler: lists the known',
      from: 'name: mochi, n: 8, s: 8, sPrime: 4',
      to: 'name: mochy',
      code: 'MOCHI_UNKNOWN_PLUGIN',
      says: [/uniform/, /random/, /did you mean/i],
    },
    { name: 'no such section', from: 'optimizer:', to: 'optimiser:', code: 'MOCHI_CONFIG_INVALID', says: [/optimizer/] },
  ])('$name', async ({ from, to, code, says }) => {
    const error = await errorOf(openRun(file(YAML.replace(from, to))));
    expect(error.code).toBe(code);
    for (const words of says) expect(error.message).toMatch(words);
  });

  test('a plugin of another API version', async () => {
    const plugin = join(temporaryFolder(), 'old.mjs');
    writeFileSync(
      plugin,
      `export const old = { name: 'old', kind: 'extension', apiVersion: 99, config: { '~standard': { version: 1, vendor: 'x', validate: (value) => ({ value }) } }, setup() {} };`,
    );
    const error = await errorOf(openRun(tinyConfig(root, { plugins: [plugin] })));
    expect(error).toMatchObject({ code: 'MOCHI_PLUGIN_API_VERSION', message: expect.stringMatching(/99/) });
  });

  test('two providers of one token: both are named', async () => {
    const plugin = join(temporaryFolder(), 'twice.mjs');
    const make = (name: string) =>
      `export const ${name} = { name: '${name}', kind: 'extension', apiVersion: 1, config: { '~standard': { version: 1, vendor: 'x', validate: () => ({ value: {} }) } }, setup(host) { host.provide({ kind: 'one', name: 'acme-clock' }, () => 1); } };`;
    writeFileSync(plugin, `${make('first')}\n${make('second')}`);
    const error = await errorOf(openRun(tinyConfig(root, { plugins: [plugin] })));
    expect(error).toMatchObject({
      code: 'MOCHI_TOKEN_TAKEN',
      message: expect.stringMatching(/first[\s\S]*second|second[\s\S]*first/),
    });
  });
});

describe('data that cannot be used', () => {
  const dataError = (data: object, changes: object = {}) => errorOf(train(tinyConfig(root, { data, ...changes })));

  test('missing folder', async () => {
    expect(await dataError({ name: 'image-folder', root: '/nowhere/at/all' })).toMatchObject({
      code: 'MOCHI_FOLDER_MISSING',
      message: expect.stringContaining('/nowhere/at/all'),
    });
  });

  test('empty folder', async () => {
    expect(await dataError({ name: 'image-folder', root: temporaryFolder() })).toMatchObject({ code: 'MOCHI_FOLDER_EMPTY' });
  });

  test('a folder of corrupt images: counts and names', async () => {
    const broken = temporaryFolder();
    for (let index = 0; index < 12; index++) writeFileSync(join(broken, `${index}.jpg`), 'this is no JPEG');
    const error = await dataError({ name: 'image-folder', root: broken });
    expect(['MOCHI_TOO_MANY_BROKEN', 'MOCHI_NO_BATCH']).toContain(error.code);
    expect(error.message).toMatch(/\.jpg/);
  });

  test('an unreadable tar', async () => {
    const path = join(temporaryFolder(), 'images.tar');
    writeFileSync(path, Buffer.alloc(4096, 7));
    expect(await dataError({ name: 'image-tar', path })).toMatchObject({
      code: 'MOCHI_TAR_UNREADABLE',
      message: expect.stringContaining('images.tar'),
    });
  });
});

describe('parts that do not fit each other', () => {
  test('a bank smaller than the batch', async () => {
    expect(await errorOf(train(tinyConfig(root, { bank: { name: 'fifo', capacity: 3 }, sampler: 'uniform' })))).toMatchObject({
      code: 'MOCHI_BANK_TOO_SMALL',
    });
  });

  test('N larger than the bank', async () => {
    const error = await errorOf(train(tinyConfig(root, { sampler: { name: 'mochi', n: 33, s: 8, sPrime: 4 } })));
    expect(error).toMatchObject({ code: 'MOCHI_POOL_TOO_LARGE', message: expect.stringMatching(/33[\s\S]*32/) });
  });
});

describe('checkpoints and run folders', () => {
  let whole: string;
  beforeAll(async () => {
    whole = join(temporaryFolder(), 'run');
    await train(tinyConfig(root, { train: { epochs: 1, batchSize: 4 } }), { runDir: whole });
  });
  /** A copy of the run. */
  const trained = (): { runDir: string; state: string } => {
    const runDir = join(temporaryFolder(), 'run');
    cpSync(whole, runDir, { recursive: true });
    const [newest] = readdirSync(join(runDir, 'checkpoints')).reverse();
    return { runDir, state: join(runDir, 'checkpoints', newest!, 'state.safetensors') };
  };

  test('a checkpoint cut short, and one with a changed byte', async () => {
    const { runDir, state } = trained();
    const bytes = readFileSync(state);
    truncateSync(state, bytes.length - 10);
    expect(await errorOf(train(tinyConfig(root), { runDir, resume: true }))).toMatchObject({
      code: 'MOCHI_CHECKPOINT_CORRUPT',
      message: expect.stringContaining('bytes'),
    });
    bytes[bytes.length - 5]! ^= 1;
    writeFileSync(state, bytes);
    expect(await errorOf(train(tinyConfig(root), { runDir, resume: true }))).toMatchObject({
      code: 'MOCHI_CHECKPOINT_CORRUPT',
      message: expect.stringContaining('hash'),
    });
  });

  test('a checkpoint of another architecture: names what differs', async () => {
    const { runDir } = trained();
    const other = tinyConfig(root, {
      encoder: { name: 'resnet10', stem: 'small', width: 8, stages: 2, head: { hidden: 8, dim: 8 } },
    });
    const error = await errorOf(train(other, { runDir, resume: true }));
    expect(error).toMatchObject({
      code: 'MOCHI_CHECKPOINT_MISMATCH',
      message: expect.stringMatching(/conv1\.weight is float32\[3, 3, 3, 4\] and not float32\[3, 3, 3, 8\]/),
    });
  });

  test('a run folder that holds a run, and nothing to resume from', async () => {
    const { runDir } = trained();
    expect(await errorOf(train(tinyConfig(root), { runDir }))).toMatchObject({ code: 'MOCHI_RUN_EXISTS' });
    expect(await errorOf(train(tinyConfig(root), { runDir: null, resume: temporaryFolder() }))).toMatchObject({
      code: 'MOCHI_CHECKPOINT_MISSING',
    });
  });

  test('no permission to write the run folder', async () => {
    const parent = temporaryFolder();
    // root may write anywhere, but not below a file
    const runDir = process.getuid?.() === 0 ? join(parent, 'file', 'run') : join(parent, 'closed');
    if (process.getuid?.() === 0) writeFileSync(join(parent, 'file'), '');
    else mkdirSync(runDir);
    if (process.getuid?.() !== 0) chmodSync(runDir, 0o555);
    expect(await errorOf(train(tinyConfig(root), { runDir }))).toMatchObject({
      code: 'MOCHI_RUN_FOLDER',
      message: expect.stringContaining(runDir),
    });
  });
});
