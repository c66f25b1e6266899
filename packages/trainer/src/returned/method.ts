import type { BankEntries, DrawRequest, Method, MethodStep, StateTree } from '@mochi/contract';
import { isPlain, nameOf, notTensor, specText, stateChange, type TensorSpec } from './describe.js';
import { methodAsked, methodReturned } from './errors.js';

const ENTRIES = 'entries { keys [n, D], ids [n], labels? [n] }, a key and a sample for each row to write';
const FIELDS = '{ loss, state, metrics, shared, entries? }';

/** A method whose results and requests are looked at. Shapes are known while tracing, so this costs a step nothing. Its functions throw MOCHI_METHOD_OUTPUT. */
export function checkedMethod(method: Method): Method {
  const { name, views, negatives, mixes, keysPerImage } = method;
  const fault = (call: string, got: string, want: string) => methodReturned({ of: name, call, got, want });
  const requireNext = <T extends StateTree>(call: string, before: StateTree, next: T): T => {
    if (!isPlain(next))
      throw fault(
        call,
        call === 'step' ? `${nameOf(next)} as state` : nameOf(next),
        'the next state, a record of tensors by name',
      );
    const change = stateChange(before, next);
    if (change) throw fault(call, call === 'step' ? `in its state ${change.got}` : change.got, change.want);
    return next;
  };
  const requireEntries = (call: string, entries: BankEntries, width: number): BankEntries => {
    if (!isPlain(entries)) throw fault(call, `${nameOf(entries)} as entries`, ENTRIES);
    const rows = entries.keys?.shape?.[0];
    const wrong = firstWrong(entries, {
      keys: { shape: [null, width], dtype: 'float32' },
      ids: { shape: [rows ?? null], dtype: 'int32' },
    });
    if (wrong) throw fault(call, `${wrong.got} of entries`, `${ENTRIES}: here ${wrong.want}`);
    return entries;
  };
  return {
    ...{ name, views, negatives },
    ...(mixes === undefined ? {} : { mixes }),
    ...(keysPerImage === undefined ? {} : { keysPerImage }),
    init(parts, rng) {
      const made: unknown = method.init(parts, rng);
      if (!isPlain(made) || !isPlain(made['params']) || !isPlain(made['state']))
        throw fault('init', nameOf(made), '{ params, state }, records of tensors by name');
      return made as unknown as ReturnType<Method['init']>;
    },
    ...(method.advance
      ? { advance: (params, state, context) => requireNext('advance', state, method.advance!(params, state, context)) }
      : {}),
    step(parts, params, state, batch, context) {
      const draw: typeof context.draw = (request) => context.draw(requireRequest(name, request));
      const made: unknown = method.step(parts, params, state, batch, { ...context, draw });
      if (!isPlain(made)) throw fault('step', nameOf(made), FIELDS);
      const wrong = firstWrong(made, { loss: { shape: [], dtype: 'float32' } });
      if (wrong) throw fault('step', wrong.got, `${FIELDS} with ${wrong.want}, the mean over the batch`);
      requireNext('step', state, made['state'] as StateTree);
      if (!isPlain(made['metrics']))
        throw fault('step', `${nameOf(made['metrics'])} as metrics`, `${FIELDS} with metrics, scalars by name; {} is fine`);
      for (const [metric, value] of Object.entries(made['metrics'])) {
        const got = notTensor(value, { shape: [] });
        if (got !== undefined) throw fault('step', `${got} as the metric ${metric}`, 'a scalar');
      }
      if (made['entries'] !== undefined) requireEntries('step', made['entries'] as BankEntries, parts.encoder.dims.head);
      return made as unknown as MethodStep;
    },
    ...(method.keys
      ? { keys: (parts, ...given) => requireEntries('keys', method.keys!(parts, ...given), parts.encoder.dims.head) }
      : {}),
    encoders: (params, state) => method.encoders(params, state),
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
