import { pickleRefused, weightsFile } from '../errors.js';
import type { PickleReader } from './pickle-reader.js';

/** What a pickle of a checkpoint holds: nothing in it does anything. */
export type Plain =
  null | boolean | number | string | Uint8Array | Plain[] | Map<Plain, Plain> | PlainTensor | Storage | Name | Inert;

/** Bytes of tensors, by key within the file. */
export class Storage {
  constructor(
    /** e.g. `FloatStorage`. */
    readonly type: string,
    readonly key: string,
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
class Name {
  constructor(readonly path: string) {}
}

/** Something that a checkpoint has beside its weights (arguments, numbers of numpy): kept as a mark that it was there. */
class Inert {
  constructor(readonly path: string) {}
}

const MARK = Symbol('mark');

/** Made without arguments of its own, or kept as a mark. Everything else that a pickle names is refused. */
const INERT = new Set([
  'argparse.Namespace',
  'numpy.core.multiarray.scalar',
  'numpy._core.multiarray.scalar',
  'numpy.dtype',
  '_codecs.encode',
  'torch.device',
]);
const STORAGE = /^torch\.(Double|Float|Half|BFloat16|Long|Int|Short|Char|Byte|Bool)Storage$/;
const REBUILD = new Set([
  'torch._utils._rebuild_tensor_v2',
  'torch._utils._rebuild_parameter',
  'torch.Size',
  'collections.OrderedDict',
]);

const nameOf = (module: string, name: string): Name => {
  const path = `${module}.${name}`;
  if (!REBUILD.has(path) && !INERT.has(path) && !STORAGE.test(path)) throw pickleRefused(path);
  return new Name(path);
};

/**
 * Reads one pickle and executes nothing: the few names that checkpoints of PyTorch are made of have a meaning here, and any other is refused.
 *
 * @param reader Stands at the pickle, and after it when this returns.
 * @throws MOCHI_PICKLE_REFUSED with the name; MOCHI_WEIGHTS_FILE for what is no pickle or cut short
 * @see CPython's Lib/pickletools.py for the opcodes; protocols 0 to 4, as far as torch.save writes them
 */
export function unpickle(reader: PickleReader): Plain {
  const machine = new Machine(reader);
  for (;;) {
    const opcode = reader.byte();
    if (opcode === 0x2e) return machine.pop(); // STOP
    const run = OPCODES[String.fromCharCode(opcode)];
    if (!run) throw weightsFile(`opcode 0x${opcode.toString(16)} at byte ${reader.at - 1} of its pickle is not read`);
    run(machine, reader);
  }
}

type Item = Plain | typeof MARK;

class Machine {
  readonly memo = new Map<number, Plain>();
  private readonly stack: Item[] = [];

  constructor(readonly reader: PickleReader) {}

  push(item: Item): void {
    this.stack.push(item);
  }

  pop(): Plain {
    const item = this.stack.pop();
    if (item === undefined || item === MARK) throw weightsFile('its pickle takes more from the stack than there is');
    return item as Plain;
  }

  top(): Plain {
    const item = this.pop();
    this.push(item);
    return item;
  }

  /** What stands above the last mark. */
  popMark(): Plain[] {
    const at = this.stack.lastIndexOf(MARK);
    if (at < 0) throw weightsFile('its pickle has no mark where it needs one');
    return this.stack.splice(at).slice(1) as Plain[];
  }

  set(pairs: readonly Plain[]): void {
    const target = this.top();
    for (let at = 0; at + 1 < pairs.length; at += 2) if (target instanceof Map) target.set(pairs[at]!, pairs[at + 1]!);
  }

  append(items: readonly Plain[]): void {
    const target = this.top();
    if (Array.isArray(target)) for (const item of items) target.push(item);
  }

  recall(key: number): void {
    if (!this.memo.has(key)) throw weightsFile(`its pickle recalls ${key}, which it never kept`);
    this.push(this.memo.get(key)!);
  }

  tuple(count: number): void {
    const items = Array.from({ length: count }, () => this.pop());
    this.push(items.reverse());
  }
}

/** What a call of a listed name gives. */
function made(callee: Plain, args: Plain): Plain {
  if (!(callee instanceof Name) || !Array.isArray(args)) throw weightsFile('its pickle calls what is no listed name');
  const [first, second, third, fourth] = args;
  if (callee.path === 'torch._utils._rebuild_tensor_v2' && first instanceof Storage)
    return new PlainTensor(first, second as number, third as number[], fourth as number[]);
  if (callee.path === 'torch._utils._rebuild_parameter') return first ?? null;
  if (callee.path === 'torch.Size') return first ?? [];
  if (callee.path === 'collections.OrderedDict') return new Map();
  return new Inert(callee.path);
}

/** ('storage', type, key, device, elements), as torch.save writes it. */
function persistent(id: Plain): Storage {
  const [kind, type, key] = Array.isArray(id) ? id : [];
  if (kind !== 'storage' || !(type instanceof Name) || typeof key !== 'string')
    throw weightsFile('its pickle refers to something outside that is no storage');
  return new Storage(type.path.replace(/^torch\./, ''), key);
}

const keep = (machine: Machine, key: number): void => void machine.memo.set(key, machine.top());

const OPCODES: Readonly<Record<string, (machine: Machine, reader: PickleReader) => void>> = {
  '\x80': (_, reader) => void reader.byte(), // PROTO
  '\x95': (_, reader) => void reader.skip(8), // FRAME
  '(': (machine) => machine.push(MARK),
  '0': (machine) => void machine.pop(),
  '}': (machine) => machine.push(new Map()),
  ']': (machine) => machine.push([]),
  ')': (machine) => machine.push([]),
  d: (machine) => {
    const pairs = machine.popMark();
    machine.push(new Map());
    machine.set(pairs);
  },
  l: (machine) => machine.push(machine.popMark()),
  t: (machine) => machine.push(machine.popMark()),
  '\x85': (machine) => machine.tuple(1),
  '\x86': (machine) => machine.tuple(2),
  '\x87': (machine) => machine.tuple(3),
  s: (machine) => {
    const value = machine.pop();
    machine.set([machine.pop(), value]);
  },
  u: (machine) => machine.set(machine.popMark()),
  a: (machine) => machine.append([machine.pop()]),
  e: (machine) => machine.append(machine.popMark()),
  N: (machine) => machine.push(null),
  '\x88': (machine) => machine.push(true),
  '\x89': (machine) => machine.push(false),
  J: (machine, reader) => machine.push(reader.int32()),
  K: (machine, reader) => machine.push(reader.byte()),
  M: (machine, reader) => machine.push(reader.uint16()),
  '\x8a': (machine, reader) => machine.push(reader.long(reader.byte())),
  G: (machine, reader) => machine.push(reader.float64()),
  X: (machine, reader) => machine.push(reader.text(reader.uint32())),
  '\x8c': (machine, reader) => machine.push(reader.text(reader.byte())),
  U: (machine, reader) => machine.push(reader.text(reader.byte())),
  T: (machine, reader) => machine.push(reader.text(reader.uint32())),
  C: (machine, reader) => machine.push(reader.bytes(reader.byte())),
  B: (machine, reader) => machine.push(reader.bytes(reader.uint32())),
  I: (machine, reader) => machine.push(Number(reader.line())),
  S: (machine, reader) => machine.push(reader.line().slice(1, -1)),
  V: (machine, reader) => machine.push(reader.line()),
  q: (machine, reader) => keep(machine, reader.byte()),
  r: (machine, reader) => keep(machine, reader.uint32()),
  p: (machine, reader) => keep(machine, Number(reader.line())),
  '\x94': (machine) => keep(machine, machine.memo.size),
  h: (machine, reader) => machine.recall(reader.byte()),
  j: (machine, reader) => machine.recall(reader.uint32()),
  g: (machine, reader) => machine.recall(Number(reader.line())),
  c: (machine, reader) => machine.push(nameOf(reader.line(), reader.line())),
  '\x93': (machine) => {
    const name = machine.pop();
    const module = machine.pop();
    if (typeof name !== 'string' || typeof module !== 'string')
      throw weightsFile('its pickle names something by what is no text');
    machine.push(nameOf(module, name));
  },
  R: (machine) => {
    const args = machine.pop();
    machine.push(made(machine.pop(), args));
  },
  '\x81': (machine) => {
    const args = machine.pop();
    machine.push(made(machine.pop(), args));
  },
  b: (machine) => void machine.pop(), // BUILD: attributes of an object, none of which is a weight
  Q: (machine) => machine.push(persistent(machine.pop())),
};
