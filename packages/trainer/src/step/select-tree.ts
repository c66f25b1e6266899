import { attr, execute, isTracing } from '@mochi/tensorflow';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';

type Tree = Tensor | { [name: string]: Tree };

const isTensor = (tree: Tree): tree is Tensor => 'dataId' in tree;

/**
 * `whenTrue` or `whenFalse`, leaf by leaf, as the scalar says. Both have the same names, shapes and dtypes. Leaves that are the same tensor in
 * both cost nothing.
 *
 * Within a compiled function nothing is copied: the tensor that is not taken is not handed on. Eagerly it is a copy.
 */
export function selectTree<T extends object>(condition: Scalar, whenTrue: T, whenFalse: T): T {
  const walk = (yes: Tree, no: Tree): Tree => {
    if (!isTensor(yes))
      return Object.fromEntries(
        Object.entries(yes).map(([name, child]) => [name, walk(child, (no as Record<string, Tree>)[name]!)]),
      );
    if (yes === no) return yes;
    return select(condition, yes, no as Tensor);
  };
  return walk(whenTrue as unknown as Tree, whenFalse as unknown as Tree) as unknown as T;
}

function select(condition: Scalar, yes: Tensor, no: Tensor): Tensor {
  const type = attr.type('T', yes.dtype);
  if (!isTracing()) return execute('SelectV2', [type], [condition, yes, no])[0]!;
  const [, taken] = execute('Switch', [type], [yes, condition], 2); // outputs: when false, when true
  const [kept] = execute('Switch', [type], [no, condition], 2);
  return execute('Merge', [type, attr.int('N', 2)], [kept!, taken!], 2)[0]!;
}
