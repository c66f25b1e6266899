/** Any value as JSON: numbers that JSON lacks as text, a value that holds itself as its type alone. */
export function toJson(value: object): string {
  const above: object[] = [];
  // `this` is the holder of the value: what is above it on the way down is what it may not hold again.
  return JSON.stringify(value, function (this: object, _key, given: unknown) {
    if (typeof given === 'bigint') return given.toString();
    if (typeof given === 'number' && !Number.isFinite(given)) return String(given);
    if (typeof given !== 'object' || given === null) return given;
    while (above.length > 0 && above.at(-1) !== this) above.pop();
    if (above.includes(given)) return '(itself)';
    above.push(given);
    return given;
  });
}
