const integer = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** 78000 -> `78,000`. */
export const count = (value: number): string => integer.format(value);

/** `1 step`, `78,000 steps`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;

/** Three significant digits without an exponent where that is short: 0.03, 1.5e-5, 152. */
export const significant = (value: number): string => String(Number(value.toPrecision(3)));

/** Seconds as two units at most: `42 s`, `3 min 20 s`, `1 h 20 min`, `2 d 3 h`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'unknown';
  const total = Math.max(0, Math.round(seconds));
  const [days, hours, minutes] = [Math.floor(total / 86400), Math.floor(total / 3600) % 24, Math.floor(total / 60) % 60];
  if (days > 0) return `${days} d ${hours} h`;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${total % 60} s` : `${total} s`;
}

/** Bytes with a unit of 1,000: `4.2 MB`. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, value)) / 3)));
  return `${significant(value / 1000 ** power)} ${units[power]}`;
}

/** A measured value with its unit; percentages with two decimals, since evaluations differ in the second. */
export const measured = (value: number, unit: string): string =>
  unit === '%' ? `${value.toFixed(2)} %` : `${Number(value.toPrecision(5))}${unit === '' ? '' : ` ${unit}`}`;
