import { pickleRefused, weightsFile } from '../errors.js';

/** What a pickle of a checkpoint holds: nothing in it does anything. */
export type Plain =
  null | boolean | number | string | Uint8Array | Plain[] | Map<Plain, Plain> | PlainTensor | Storage | Name | Inert;

/** Bytes of tensors, by key within the file. */
export class Storage {
  constructor(
    /** e.g. `FloatStorage`. */
    readonly type: string,
    readonly key: string,
    /** As the pickle states it; the bytes are held against it. */
    readonly elements: number,
  ) {}
}

/** A view of a storage. Offsets and strides in elements. */
export class PlainTensor {
  constructor(
    readonly storage: Storage,
    readonly offset: number,
    readonly shape: readonly number[],
    readonly strides: readonly number[],
  ) {}
}

/** A global that may stand in a checkpoint. */
export class Name {
  constructor(readonly path: string) {}
}

/** Something that a checkpoint has beside its weights (arguments, numbers of numpy): kept as a mark that it was there. */
export class Inert {
  constructor(readonly path: string) {}
}

/** Made without arguments of its own, or kept as a mark. Everything else that a pickle names is refused. */
const INERT = new Set([
  'argparse.Namespace',
  'builtins.bytearray',
  'builtins.complex',
  '__builtin__.bytearray',
  '__builtin__.complex',
  '__builtin__.set',
  'builtins.set',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  'numpy.ndarray',
  'numpy.core.multiarray._reconstruct',
  'numpy._core.multiarray._reconstruct',
  '_codecs.encode',
  'torch.device',
]);
const DTYPE = /^torch\.(float|double|half|bfloat|u?int|long|short|complex|bool)\d*$/;
const STORAGE = /^torch\.(Double|Float|Half|BFloat16|Long|Int|Short|Char|Byte|Bool)Storage$/;
const DICTS = new Set(['collections.OrderedDict', 'collections.Counter']);
const REBUILD = new Set(['torch._utils._rebuild_tensor_v2', 'torch._utils._rebuild_parameter', 'torch.Size']);

/** @throws MOCHI_PICKLE_REFUSED for whatever is not listed above */
export function nameOf(module: string, name: string): Name {
  const path = `${module}.${name}`;
  const listed = REBUILD.has(path) || DICTS.has(path) || INERT.has(path) || STORAGE.test(path) || DTYPE.test(path);
  if (!listed) throw pickleRefused(path);
  return new Name(path);
}

/** What a call of a listed name gives. */
export function made(callee: Plain, args: Plain): Plain {
  if (!(callee instanceof Name) || !Array.isArray(args)) throw weightsFile('its pickle calls what is no listed name');
  const [first, second, third, fourth] = args;
  if (callee.path === 'torch._utils._rebuild_tensor_v2' && first instanceof Storage)
    return tensorOf(first, second, third, fourth);
  if (callee.path === 'torch._utils._rebuild_parameter') return first ?? null;
  if (callee.path === 'torch.Size') return first ?? [];
  if (DICTS.has(callee.path)) return new Map();
  return new Inert(callee.path);
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const areCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

function tensorOf(storage: Storage, offset: unknown, shape: unknown, strides: unknown): PlainTensor {
  if (!isCount(offset) || !areCounts(shape) || !areCounts(strides) || shape.length !== strides.length)
    throw weightsFile(`a tensor of storage ${storage.key} has a shape, strides or an offset that cannot be`);
  return new PlainTensor(storage, offset, shape, strides);
}

/** ('storage', type, key, device, elements), as torch.save writes it; files of the older form add a view, which has been None since PyTorch 0.4. */
export function storageOf(id: unknown): Storage {
  const [kind, type, key, , elements, view = null] = (Array.isArray(id) ? id : []) as unknown[];
  if (kind !== 'storage' || !(type instanceof Name) || !STORAGE.test(type.path) || typeof key !== 'string' || !isCount(elements))
    throw weightsFile('its pickle refers to something outside that is no storage');
  if (view !== null) throw weightsFile(`storage ${key} is a view of another, as PyTorch before 0.4 wrote it`);
  return new Storage(type.path.replace(/^torch\./, ''), key, elements);
}
