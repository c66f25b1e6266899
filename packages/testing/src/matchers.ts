import { expect } from 'vitest';
import { allClose, type Tolerance } from './all-close.js';
import { isTensor, toNumbers, type Numbers } from './numbers.js';

const same = (a: readonly unknown[], b: readonly unknown[]) => a.length === b.length && a.every((value, at) => value === b[at]);

expect.extend({
  toBeAllClose(got: Numbers, want: Numbers, tolerance?: Tolerance) {
    const [a, b] = [toNumbers(got), toNumbers(want)];
    if (a.shape && b.shape && !same(a.shape, b.shape)) {
      return { pass: false, message: () => `got shape [${a.shape!.join(', ')}], want [${b.shape!.join(', ')}]` };
    }
    const verdict = allClose(a.data, b.data, tolerance);
    return { pass: verdict.ok, message: () => (verdict.ok ? 'every element is within the tolerance' : verdict.message) };
  },
  toHaveShape(got: unknown, want: readonly number[]) {
    if (!isTensor(got)) return { pass: false, message: () => `got ${String(got)}, want a tensor of shape [${want.join(', ')}]` };
    return { pass: same(got.shape, want), message: () => `got shape [${got.shape.join(', ')}], want [${want.join(', ')}]` };
  },
});

declare module 'vitest' {
  // The type parameter must match vitest's own.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any, @typescript-eslint/no-unused-vars
  interface Matchers<T = any> {
    /** Tensor, typed array or nested arrays on either side; NaN fails; shapes must match where both sides are tensors. Reads tensors synchronously. */
    toBeAllClose(want: Numbers, tolerance?: Tolerance): void;
    toHaveShape(want: readonly number[]): void;
  }
}
