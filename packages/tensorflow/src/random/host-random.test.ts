import { describe, expect, test } from 'vitest';
import { chiSquare, correlation } from '../../test/statistics.js';
import { hashText, mix32 } from './hash.js';
import { hostRandom } from './host-random.js';

const draws = (seed: number, stream: string, count: number): number[] => {
  const random = hostRandom(seed, stream);
  return Array.from({ length: count }, () => random.uniform());
};

describe('hostRandom', () => {
  test('the definition does not drift', () => {
    expect(mix32(1)).toBe(0x514e28b7); // MurmurHash3's published finaliser
    expect(hashText('order')).toMatchInlineSnapshot(`3917163755`);
    expect(draws(1, 'order/epoch-0', 3)).toMatchInlineSnapshot(`
      [
        0.777340080589056,
        0.9555772109888494,
        0.8221786154899746,
      ]
    `);
    expect([...hostRandom(1, 'order/epoch-0').permutation(8)]).toMatchInlineSnapshot(`
      [
        2,
        0,
        5,
        1,
        3,
        4,
        7,
        6,
      ]
    `);
  });

  test('uniform: 256 cells are filled evenly', () => {
    const cells = new Array<number>(256).fill(0);
    for (const u of draws(7, 'cells', 100_000)) cells[Math.floor(u * 256)]!++;
    expect(chiSquare(cells)).toBeLessThan(341); // 255 degrees of freedom: exceeded once in 4,000 seeds
  });

  test.each([
    { name: 'seeds', other: [8, 'a'] as [number, string] },
    { name: 'seeds that differ in their high word', other: [7 + 2 ** 32, 'a'] as [number, string] },
    { name: 'streams', other: [7, 'b'] as [number, string] },
  ])('different $name are uncorrelated', ({ other: [seed, stream] }) => {
    expect(Math.abs(correlation(draws(7, 'a', 20_000), draws(seed, stream, 20_000)))).toBeLessThan(0.03);
  });

  test('a permutation has every index once, and every place gets every index', () => {
    const firsts = new Array<number>(10).fill(0);
    for (let epoch = 0; epoch < 5000; epoch++) {
      const order = hostRandom(3, `order/epoch-${epoch}`).permutation(10);
      if (epoch === 0) expect([...order].sort((a, b) => a - b)).toEqual([...Array(10).keys()]);
      firsts[order[0]!]!++;
    }
    expect(chiSquare(firsts)).toBeLessThan(30); // 9 degrees of freedom: exceeded once in 2,000 seeds
  });

  test('no length, one element', () => {
    expect(hostRandom(1, 'x').permutation(0)).toEqual(new Int32Array(0));
    expect(hostRandom(1, 'x').permutation(1)).toEqual(Int32Array.of(0));
  });
});
