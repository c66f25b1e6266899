import type { BankEntries, DrawRequest, Method, MethodStep, StateTree } from '@mochi/contract';
import { isPlain, nameOf, notTensor, specText, stateChange, type TensorSpec } from './describe.js';
import { methodAsked, methodReturned } from './errors.js';

const ENTRIES = 'entries { keys [n, D], ids [n], labels? [n] }, a key and a sample for each row to write';
const FIELDS = '{ loss, state, metrics, shared, entries? }';

/** A method whose results and requests are looked at. Shapes are known while tracing, so this costs a step nothing. Its functions throw MOCHI_METHOD_OUTPUT. */
export function checkedMethod(method: Method): Method {
  const { name, views, negatives, mixes, keysPerImage } = method;
  const { requireStates, requireNext, requireEntries, requireStep } = requirementsOf(name);
  return {
    ...{ name, views, negatives },
    ...(mixes === undefined ? {} : { mixes }),
    ...(keysPerImage === undefined ? {} : { keysPerImage }),
    init: (parts, rng) => requireStates(method.init(parts, rng)),
    ...(method.advance
      ? { advance: (params, state, context) => requireNext('advance', '', state, method.advance!(params, state, context)) }
      : {}),
    step(parts, params, state, batch, context) {
      const draw: typeof context.draw = (request) => context.draw(requireRequest(name, request));
      const made = requireStep(method.step(parts, params, state, batch, { ...context, draw }));
      requireNext('step', ' as state', state, made.state);
      if (made.entries !== undefined) requireEntries('step', made.entries, parts.encoder.dims.head);
      return made;
    },
    ...(method.keys
      ? { keys: (parts, ...given) => requireEntries('keys', method.keys!(parts, ...given), parts.encoder.dims.head) }
      : {}),
    encoders: (params, state) => method.encoders(params, state),
  };
}

/** What is required of each thing that the method of this name returns: it comes back as it is. */
function requirementsOf(method: string) {
  const fault = (call: string, got: string, want: string) => methodReturned({ of: method, call, got, want });
  return {
    requireStates(made: ReturnType<Method['init']>): ReturnType<Method['init']> {
      const given: unknown = made;
      if (!isPlain(given) || !isPlain(given['params']) || !isPlain(given['state']))
        throw fault('init', nameOf(given), '{ params, state }, records of tensors by name');
      return made;
    },
    /** @param as Which part of the result it is, e.g. ` as state`. */
    requireNext(call: string, as: string, before: StateTree, next: StateTree): StateTree {
      const given: unknown = next;
      if (!isPlain(given)) throw fault(call, `${nameOf(given)}${as}`, 'the next state, a record of tensors by name');
      const change = stateChange(before, given);
      if (change) throw fault(call, `${as && 'in its state '}${change.got}`, change.want);
      return next;
    },
    requireEntries(call: string, entries: BankEntries, width: number): BankEntries {
      const given: unknown = entries;
      if (!isPlain(given)) throw fault(call, `${nameOf(given)} as entries`, ENTRIES);
      const rows = entries.keys?.shape?.[0] ?? null;
      const wanted = { keys: { shape: [null, width], dtype: 'float32' }, ids: { shape: [rows], dtype: 'int32' } } as const;
      const wrong = firstWrong(given, wanted);
      if (wrong) throw fault(call, `${wrong.got} of entries`, `${ENTRIES}: here ${wrong.want}`);
      return entries;
    },
    requireStep(made: MethodStep): MethodStep {
      const given: unknown = made;
      if (!isPlain(given)) throw fault('step', nameOf(given), FIELDS);
      const wrong = firstWrong(given, { loss: { shape: [], dtype: 'float32' } });
      if (wrong) throw fault('step', wrong.got, `${FIELDS} with ${wrong.want}, the mean over the batch`);
      const { metrics } = given;
      if (!isPlain(metrics))
        throw fault('step', `${nameOf(metrics)} as metrics`, `${FIELDS}; metrics are scalars by name, or {}`);
      for (const [metric, value] of Object.entries(metrics)) {
        const got = notTensor(value, { shape: [] });
        if (got !== undefined) throw fault('step', `${got} as the metric ${metric}`, 'a scalar');
      }
      return made;
    },
  };
}

function requireRequest(method: string, request: DrawRequest): DrawRequest {
  const { queries, keys, ids } = request;
  const [rows, width] = queries?.shape ?? [];
  const wanted = {
    queries: { shape: [null, null] },
    keys: { shape: [rows!, width!] },
    ids: { shape: [rows!], dtype: 'int32' },
  } as const;
  const wrong = firstWrong({ queries, keys, ids }, wanted);
  if (wrong)
    throw methodAsked(
      method,
      wrong.got,
      `queries [n, D] and, for each of them, keys [n, D] and ids [n] int32: here ${wrong.want}`,
    );
  return request;
}

/** The first tensor of a record that is not as it is wanted. */
function firstWrong(
  record: unknown,
  wanted: Readonly<Record<string, TensorSpec>>,
): { readonly got: string; readonly want: string } | undefined {
  for (const [field, spec] of Object.entries(wanted)) {
    const got = notTensor((record as Readonly<Record<string, unknown>>)[field], spec);
    if (got !== undefined) return { got: `${got} as ${field}`, want: `${field} ${specText(spec)}` };
  }
  return undefined;
}
