import { ATTR, type Attr } from '../native/attributes.js';
import type { Argument, OpDefinition } from '../native/op-definitions.js';

/** Lengths of lists that stand in the attributes: a number attribute says one, a list of dtypes has one. */
export function statedLengths(attrs: readonly Attr[]): Map<string, number> {
  const lengths = new Map<string, number>();
  for (const { name, type, value } of attrs) {
    if (type === ATTR.int && typeof value === 'number') lengths.set(name, value);
    else if (type === ATTR.type && Array.isArray(value)) lengths.set(name, value.length);
  }
  return lengths;
}

const describeArgument = ({ name, countAttr, typesAttr }: Argument): string =>
  countAttr !== undefined
    ? `${name} (${countAttr} of them)`
    : typesAttr !== undefined
      ? `${name} (one of each in ${typesAttr})`
      : name;

export const describeOp = ({ name, inputs }: OpDefinition): string => `${name}(${inputs.map(describeArgument).join(', ')})`;
