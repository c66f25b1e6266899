import { expect, test } from 'vitest';
import { editDistance, suggest } from './suggest.js';

test.each([
  ['', '', 0],
  ['', 'abc', 3],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1], // a swap of neighbours is one edit
  ['smapler', 'sampler', 1],
  ['same', 'same', 0],
])('editDistance: %j to %j is %i', (a, b, edits) => {
  expect(editDistance(a, b)).toBe(edits);
  expect(editDistance(b, a)).toBe(edits);
});

test.each([
  ['unifrom', 'uniform'],
  ['Uniform', 'uniform'],
  ['epocs', 'epochs'],
  ['zzz', undefined],
  ['n', undefined], // one letter for another is no misspelling
])('suggest: %j means %j', (word, meant) => expect(suggest(word, ['uniform', 'random', 'epochs', 's'])).toBe(meant));
