import type { Pointer } from '../native/api.js';
import { DTYPES } from '../native/dtypes.js';
import { newStringViews, newTensor, type Values } from '../native/tensors.js';
import type { Engine } from '../runtime/engine.js';

/** Adds a constant to a graph. */
export function constantNode(
  { api, status }: Engine,
  graph: Pointer,
  name: string,
  { shape, dtype, values }: { shape: readonly number[]; dtype: number; values: Values },
): Pointer {
  const made =
    dtype === DTYPES.string ? newStringViews(api, shape, values) : { tensor: newTensor(api, shape, dtype, values), store: null };
  const node = api.TF_NewOperation(graph, 'Const', name);
  api.TF_SetAttrType(node, 'dtype', dtype);
  api.TF_SetAttrTensor(node, 'value', made.tensor, status.pointer);
  api.TF_DeleteTensor(made.tensor);
  made.store?.fill(0); // the strings are copied by now
  const failed = api.TF_GetCode(status.pointer) === 0 ? null : status.error('Const');
  const oper = api.TF_FinishOperation(node, status.pointer);
  if (failed) throw failed;
  status.check('Const');
  return oper;
}
