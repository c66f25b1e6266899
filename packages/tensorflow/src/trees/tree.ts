import { Tensor } from '@tensorflow/tfjs-core';
import { badTree } from '../errors.js';

/** A tensor, or tensors in plain objects and arrays. */
export type Tree = Tensor | readonly Tree[] | { readonly [name: string]: Tree };

export interface TreeLeaf {
  /** Names and indices from the root, joined by `/`; empty for a tree that is one tensor. */
  readonly path: string;
  readonly tensor: Tensor;
}

// `instanceof Tensor` alone narrows to Tensor<any>.
export const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

export const isRecord = (value: unknown): value is Record<string, unknown> => {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};

export const describe = (value: unknown): string =>
  value === null
    ? 'null'
    : typeof value === 'object'
      ? `an object of ${(value as object).constructor?.name ?? 'an unknown class'}`
      : `a ${typeof value}`;

const join = (path: string, name: string | number): string => (path === '' ? String(name) : `${path}/${name}`);

/**
 * The tensors of a tree, records in the order of their keys.
 *
 * @throws MOCHI_BAD_TREE for anything but tensors, plain objects and arrays; undefined members of records are left out.
 */
export function flattenTree(tree: unknown): TreeLeaf[] {
  const leaves: TreeLeaf[] = [];
  const visit = (node: unknown, path: string): void => {
    if (isTensor(node)) leaves.push({ path, tensor: node });
    else if (Array.isArray(node)) node.forEach((child, i) => visit(child, join(path, i)));
    else if (isRecord(node)) {
      for (const name in node) if (node[name] !== undefined) visit(node[name], join(path, name));
    } else throw badTree(path, describe(node), 'A tree of tensors');
  };
  visit(tree, '');
  return leaves;
}

/** Tensors by path. */
export const treeEntries = (tree: unknown): [string, Tensor][] => flattenTree(tree).map(({ path, tensor }) => [path, tensor]);

/** A tree of the same form, each tensor replaced by `fn` of it. */
export function mapTree<T>(tree: T, fn: (tensor: Tensor, path: string) => Tensor): T {
  const visit = (node: unknown, path: string): unknown => {
    if (isTensor(node)) return fn(node, path);
    if (Array.isArray(node)) return node.map((child, i) => visit(child, join(path, i)));
    if (isRecord(node))
      return Object.fromEntries(
        Object.entries(node).map(([name, child]) => [name, child === undefined ? undefined : visit(child, join(path, name))]),
      );
    throw badTree(path, describe(node), 'A tree of tensors');
  };
  return visit(tree, '') as T;
}

/** Disposes every tensor of a tree; one that stands in it twice, once. */
export function disposeTree(tree: unknown): void {
  for (const { tensor } of flattenTree(tree)) if (!tensor.isDisposed) tensor.dispose();
}
