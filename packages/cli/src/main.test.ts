import { tmpdir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { inProcess } from '../test/in-process.js';

const mochi = (...words: string[]) => inProcess(tmpdir(), ...words);

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
  const { code, stdout, stderr } = await mochi(...argv.filter((word) => word !== undefined));
  expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining('MOCHI_USAGE')]);
});

test.each([
  { name: 'no command of that name', args: ['trian'], says: /Did you mean mochi train/ },
  { name: 'a misspelt flag', args: ['train', 'mochi.yaml', '--resum'], says: /Did you mean --resume/ },
  {
    name: 'an option of the config with dashes',
    args: ['train', 'mochi.yaml', '--epochs', '4'],
    says: /no dashes: train\.epochs=VALUE/,
  },
  { name: 'a build that there is not', args: ['doctor', 'tpu'], says: /cpu or gpu/ },
  { name: 'no config', args: ['train'], says: /Neither a config nor --data/ },
  { name: 'steps that are no number', args: ['profile', 'mochi.yaml', '--steps', 'ten'], says: /--steps is "ten"/ },
  { name: 'no config to profile', args: ['profile'], says: /mochi profile CONFIG/ },
])('bad input ends with 2: $name', async ({ args, says }) => {
  const { code, stderr } = await mochi(...args);
  expect([code, stderr]).toEqual([2, expect.stringMatching(says)]);
});

test.each([
  ['train', /^USAGE mochi train CONFIG \[--run DIR\] \[path=value \.\.\.\], or mochi train --data FOLDER$/m],
  ['embed', /^USAGE mochi embed RUN --out FILE \[--data FOLDER\]$/m],
  ['search', /^USAGE mochi search RUN IMAGE \[--data FOLDER\]$/m],
  ['doctor', /^USAGE mochi doctor \[OPTIONS\] \[BUILD\]$/m],
])('mochi %s --help shows the whole form', async (command, usage) => {
  const { stdout } = await mochi(command, '--help');
  expect(stripVTControlCharacters(stdout)).toMatch(usage);
});
