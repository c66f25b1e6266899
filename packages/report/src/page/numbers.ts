/** Four significant digits: 0.0123, 1.234, 123.4; whole numbers from 1,000 on; very small ones as 1.2e-7. */
export function digits(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(4)));
}

/** Six significant digits, for the data of charts: more is not seen, and would be most of the file. */
export const rounded = (value: number): number => Number(value.toPrecision(6));
