import { attr, execute } from '@mochi/tensorflow';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

type Tree = Tensor | { [name: string]: Tree };

const isTensor = (tree: Tree): tree is Tensor => 'dataId' in tree;

/**
 * `whenTrue` or `whenFalse`, leaf by leaf, as the scalar says. Both have the same names, shapes and dtypes. Leaves that are the same tensor in
 * both cost nothing.
 */
export function selectTree<T extends object>(condition: Scalar, whenTrue: T, whenFalse: T): T {
  const walk = (yes: Tree, no: Tree): Tree => {
    if (!isTensor(yes))
      return Object.fromEntries(
        Object.entries(yes).map(([name, child]) => [name, walk(child, (no as Record<string, Tree>)[name]!)]),
      );
    if (yes === no) return yes;
    return execute('SelectV2', [attr.type('T', yes.dtype)], [condition, yes, no as Tensor])[0]!;
  };
  return walk(whenTrue as unknown as Tree, whenFalse as unknown as Tree) as unknown as T;
}
