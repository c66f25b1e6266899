import { EVENTS, HOOKS } from '@mochi/contract';
import { describe, expect, test } from 'vitest';
import { namesInTable, read } from './repository.js';

const page = read('docs/lifecycle.md');
const [, loop = ''] = page.split('```');
/** `hook  before-step` and `event step-end` in the loop. */
const inLoop = (word: 'hook' | 'event'): string[] => [
  ...new Set([...loop.matchAll(new RegExp(`\\b${word} +([a-z-]+)`, 'g'))].map(([, name]) => name!)),
];

const hooks = HOOKS.map(({ name }) => name).sort();
const events = EVENTS.map(({ type }) => type).sort();

describe('hooks', () => {
  test('the table lists every hook of the contract, and no other', () =>
    expect(namesInTable(page, 'Hooks').sort()).toEqual(hooks));
  test('the loop shows each', () => expect(inLoop('hook').sort()).toEqual(hooks));

  test.each(HOOKS.map((hook) => [hook.name, hook] as const))(
    '%s: time and kind are those of the contract',
    (name, { time, kind }) => {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\``))!;
      expect(row.split('|').map((cell) => cell.trim())).toEqual(expect.arrayContaining([time, kind]));
    },
  );
});

describe('events', () => {
  test('the table lists every event of the contract, and no other', () =>
    expect(namesInTable(page, 'Events').sort()).toEqual(events));
  // `warning` can come at any time, so it has no place in the loop.
  test('the loop shows each', () => expect([...inLoop('event'), 'warning'].sort()).toEqual(events));
});
