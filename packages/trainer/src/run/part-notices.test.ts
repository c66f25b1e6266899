import { expect, test } from 'vitest';
import { noticeParts, type Surroundings } from './part-notices.js';

const told = ({ smallestView = 128, capacity = 64, maskSelf = false, size = 128, images = 64 } = {}): string[] => {
  const names: string[] = [];
  const parts = {
    encoder: { name: 'net', smallestView },
    banks: [{ bank: { name: 'bank', maskSelf }, capacity }, { bank: { name: 'support', maskSelf }, capacity: 1000 }],
    samplers: [{ id: 'uniform', part: { name: 'uniform' } }],
  } as unknown as Parameters<typeof noticeParts>[0]; // prettier-ignore
  const around: Surroundings = { views: [{ size }, { size: 32 }], images };
  noticeParts(parts, around, (name) => names.push(name));
  return names;
};

test.each([
  { name: 'all is well', given: {}, says: [] },
  { name: 'the largest view is too small', given: { size: 127 }, says: ['net'] },
  { name: 'an encoder for any view', given: { size: 16, smallestView: 0 }, says: [] },
  { name: 'a bank larger than the split', given: { capacity: 65 }, says: ['bank'] },
  { name: 'the same with a mask', given: { capacity: 65, maskSelf: true }, says: [] },
])('$name', ({ given, says }) => expect(told(given)).toEqual(says));
