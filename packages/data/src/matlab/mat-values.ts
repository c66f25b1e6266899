import { dataCorrupt } from '../file-errors.js';
import type { MatValue } from './read-mat.js';

type Kind = MatValue['kind'];
const wrong = (file: string, name: string, want: string) =>
  dataCorrupt(file, `the variable ${name}`, `it is missing, or no ${want}`, `a ${want} named ${name}`);

/** A variable of the kind wanted. @throws MOCHI_DATA_CORRUPT names file and variable. */
export function variable<K extends Kind>(
  file: string,
  variables: ReadonlyMap<string, MatValue>,
  name: string,
  kind: K,
): Extract<MatValue, { kind: K }> {
  const value = variables.get(name);
  if (value?.kind !== kind) throw wrong(file, name, kind);
  return value as Extract<MatValue, { kind: K }>;
}

/** A field of one row of a struct array as a number. */
export function numberField(file: string, row: Readonly<Record<string, MatValue>>, name: string): number {
  const value = row[name];
  if (value?.kind !== 'numbers' || value.values.length !== 1) throw wrong(file, name, 'number');
  return value.values[0]!;
}

/** A field of one row of a struct array as a text. */
export function textField(file: string, row: Readonly<Record<string, MatValue>>, name: string): string {
  const value = row[name];
  if (value?.kind !== 'text') throw wrong(file, name, 'text');
  return value.text;
}
