import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

const own = fileURLToPath(new URL('../..', import.meta.url));
const core = realpathSync(join(own, 'node_modules', '@tensorflow', 'tfjs-core'));
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mochi-copies-')));
const copies = { mochi: join(folder, '@mochi', 'tensorflow'), core: join(folder, '@tensorflow', 'tfjs-core') };

beforeAll(() => {
  for (const part of ['package.json', 'dist', 'generated'])
    cpSync(join(own, part), join(copies.mochi, part), { recursive: true });
  symlinkSync(join(own, 'node_modules'), join(copies.mochi, 'node_modules'));
  mkdirSync(join(copies.core, 'dist'), { recursive: true });
  for (const part of ['package.json', join('dist', 'tf-core.node.js')]) cpSync(join(core, part), join(copies.core, part));
  for (const name of ['node-fetch', 'seedrandom']) symlinkSync(realpathSync(join(core, '..', '..', name)), join(folder, name));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a program says that starts TensorFlow, then does something, and starts it again. */
function program(between: string): string {
  const code = `
    import { createRequire } from 'node:module';
    import { startTensorFlow } from ${JSON.stringify(join(own, 'dist', 'index.js'))};
    await startTensorFlow();
    let again = startTensorFlow;
    ${between}
    await again().then(() => console.log('started'), (error) => console.log(error.message));`;
  return spawnSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }).stdout;
}

test('one copy, imported and required, starts as often as it is asked', () => {
  expect(program(`createRequire(${JSON.stringify(join(dirname(own), 'x.js'))})(${JSON.stringify(core)});`)).toBe('started\n');
});

test('two copies of TensorFlow.js are named, and how to be rid of one', () => {
  const said = program(`createRequire(import.meta.url)(${JSON.stringify(copies.core)});`);
  expect(said).toMatch(/Two copies of @tensorflow\/tfjs-core[^]*npm ls @tensorflow\/tfjs-core[^]*MOCHI_TWO_COPIES/);
  for (const path of [core, copies.core]) expect(said).toContain(path);
});

test('two copies of @mochi/tensorflow are named', () => {
  const said = program(`again = (await import(${JSON.stringify(join(copies.mochi, 'dist', 'index.js'))})).startTensorFlow;`);
  expect(said).toMatch(/Two copies of @mochi\/tensorflow[^]*MOCHI_TWO_COPIES/);
  for (const path of [own, copies.mochi]) expect(said).toContain(path);
});
