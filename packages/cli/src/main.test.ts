import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { main } from './main.js';

const said = { out: '', err: '' };
beforeEach(() => {
  Object.assign(said, { out: '', err: '' });
  vi.spyOn(console, 'log').mockImplementation((text) => void (said.out += `${String(text)}\n`));
  vi.spyOn(console, 'error').mockImplementation((text) => void (said.err += `${String(text)}\n`));
});
const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;
const listeners = EVENTS.map((name) => process.listeners(name as 'uncaughtException'));
afterEach(() => {
  vi.restoreAllMocks();
  for (const [at, name] of EVENTS.entries())
    for (const one of process.listeners(name as 'uncaughtException')) if (!listeners[at]!.includes(one)) process.off(name, one);
  process.exitCode = undefined;
});

const COMMANDS = ['train', 'eval', 'embed', 'export', 'search', 'duplicates', 'explain', 'augment', 'plugins', 'compare', 'report', 'data', 'profile']; // prettier-ignore

test.each([
  ...COMMANDS.map((command) => [command]),
  ['embed', 'run'],
  ['embed', '--out', 'x.npy'],
  ['export', 'run', '--to', 'x'],
  ['export', '--to', 'x', '--format', 'onnx'],
  ['search', 'run'],
  ['duplicates', 'run'],
  ['augment', 'preview'],
  ['data', 'inspect'],
  ['data', 'verify'],
  ['plugins', 'check'],
  ['train', 'sampler=uniform'],
  ['train', '--resume', 'mochi.yaml'],
])('what is missing ends with 2 and MOCHI_USAGE: mochi %s %s %s', async (...argv) => {
  await main(argv.filter((word) => word !== undefined));
  expect([process.exitCode, said.out]).toEqual([2, '']);
  expect(said.err).toMatch(/MOCHI_USAGE/);
});

test.each([
  ['train', /^USAGE mochi train CONFIG \[--run DIR\] \[path=value \.\.\.\], or mochi train --data FOLDER$/m],
  ['embed', /^USAGE mochi embed RUN --out FILE \[--data FOLDER\]$/m],
  ['search', /^USAGE mochi search RUN IMAGE \[--data FOLDER\]$/m],
  ['doctor', /^USAGE mochi doctor \[OPTIONS\] \[BUILD\]$/m],
])('mochi %s --help shows the whole form', async (command, usage) => {
  await main([command, '--help']);
  expect(stripVTControlCharacters(said.out)).toMatch(usage);
});
