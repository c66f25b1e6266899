import type { Tensor } from '@tensorflow/tfjs-core';
import { badTree } from '../errors.js';
import { describe, isRecord, isTensor } from '../trees/tree.js';

/** How a tree is put together from a flat list: enough to rebuild it around other tensors. */
export type Structure =
  | { readonly kind: 'tensor'; readonly index: number }
  | { readonly kind: 'array'; readonly items: readonly Structure[] }
  | { readonly kind: 'record'; readonly names: readonly string[]; readonly items: readonly Structure[] }
  | { readonly kind: 'static'; readonly value: unknown };

const isStatic = (value: unknown): boolean =>
  value === null ||
  value === undefined ||
  typeof value === 'number' ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  typeof value === 'bigint';

/**
 * Takes a tree apart.
 *
 * @param tensors Gets the tensors in order.
 * @param where For the message of MOCHI_BAD_TREE.
 */
export function takeApart(tree: unknown, tensors: Tensor[], where: string, path = ''): Structure {
  if (isTensor(tree)) return { kind: 'tensor', index: tensors.push(tree) - 1 };
  if (isStatic(tree)) return { kind: 'static', value: tree };
  const inner = (child: unknown, name: string | number): Structure =>
    takeApart(child, tensors, where, path === '' ? String(name) : `${path}/${name}`);
  if (Array.isArray(tree)) return { kind: 'array', items: tree.map(inner) };
  if (!isRecord(tree)) throw badTree(path, describe(tree), where);
  const names = Object.keys(tree);
  return { kind: 'record', names, items: names.map((name) => inner(tree[name], name)) };
}

/** Where each tensor stands in the tree, in the order of `takeApart`. */
export function pathsOf(structure: Structure, path = ''): string[] {
  if (structure.kind === 'tensor') return [path];
  if (structure.kind === 'static') return [];
  const names = structure.kind === 'record' ? structure.names : structure.items.keys();
  return [...names].flatMap((name, i) => pathsOf(structure.items[i]!, `${path}/${name}`));
}

/** The tree again, with these tensors. */
export function putTogether(structure: Structure, tensors: readonly Tensor[]): unknown {
  switch (structure.kind) {
    case 'tensor':
      return tensors[structure.index];
    case 'static':
      return structure.value;
    case 'array':
      return structure.items.map((item) => putTogether(item, tensors));
    case 'record': {
      const record: Record<string, unknown> = {};
      structure.names.forEach((name, i) => (record[name] = putTogether(structure.items[i]!, tensors)));
      return record;
    }
  }
}

/**
 * Collects the tensors of call arguments and writes their signature: structure, dtypes, shapes, values of static leaves. Equal signatures can
 * share one trace. Runs at every call of a compiled function, so it makes one string and no structure.
 */
export function signatureOf(
  value: unknown,
  tensors: Tensor[],
  dtypeOf: (tensor: Tensor) => number,
  where: string,
  path = '',
): string {
  if (isTensor(value)) {
    tensors.push(value);
    return `${dtypeOf(value)}[${value.shape.join()}]`;
  }
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'bigint') return `${value}n`;
  if (Object.is(value, -0)) return '-0';
  if (isStatic(value)) return String(value);
  if (Array.isArray(value))
    return `(${value.map((child, i) => signatureOf(child, tensors, dtypeOf, where, `${path}/${i}`)).join(' ')})`;
  if (!isRecord(value)) throw badTree(path.slice(1), describe(value), where);
  let text = '{';
  for (const name in value)
    text += `${JSON.stringify(name)}:${signatureOf(value[name], tensors, dtypeOf, where, `${path}/${name}`)} `;
  return `${text}}`;
}
