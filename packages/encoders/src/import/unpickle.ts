import { weightsFile } from '../errors.js';
import type { PickleReader } from './pickle-reader.js';
import { Inert, made, nameOf, storageOf, type Plain, type Storage } from './pickle-values.js';

/**
 * Reads one pickle and executes nothing: the few names that checkpoints of PyTorch are made of have a meaning here, and any other is refused.
 *
 * @param reader Stands at the pickle, and after it when this returns.
 * @throws MOCHI_PICKLE_REFUSED with the name; MOCHI_WEIGHTS_FILE for what is no pickle or cut short
 * @see CPython's Lib/pickletools.py for the opcodes; protocols 0 to 5, as far as torch.save writes them
 * @param storages Gets every storage that the pickle refers to, by key.
 */
export function unpickle(reader: PickleReader, storages = new Map<string, Storage>()): Plain {
  const machine = new Machine(reader, storages);
  for (;;) {
    const opcode = reader.byte();
    if (opcode === 0x2e) return machine.pop(); // STOP
    const run = OPCODES[String.fromCharCode(opcode)];
    if (!run) throw weightsFile(`opcode 0x${opcode.toString(16)} at byte ${reader.at - 1} of its pickle is not read`);
    run(machine, reader);
  }
}

const MARK = Symbol('mark');
type Item = Plain | typeof MARK;

class Machine {
  readonly memo = new Map<number, Plain>();
  private readonly stack: Item[] = [];

  constructor(
    readonly reader: PickleReader,
    private readonly storages: Map<string, Storage>,
  ) {}

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

  /** One storage has one type and size, whoever views it. */
  refer(id: Plain): void {
    const storage = storageOf(id);
    const known = this.storages.get(storage.key) ?? storage;
    if (known.type !== storage.type || known.elements !== storage.elements)
      throw weightsFile(`storage ${storage.key} is stated twice, with another type or size`);
    this.storages.set(storage.key, known);
    this.push(known);
  }

  tuple(count: number): void {
    const items = Array.from({ length: count }, () => this.pop());
    this.push(items.reverse());
  }
}

const keep = (machine: Machine, key: number): void => void machine.memo.set(key, machine.top());

const OPCODES: Readonly<Record<string, (machine: Machine, reader: PickleReader) => void>> = {
  '\x80': (_, reader) => void reader.byte(), // PROTO
  '\x95': (_, reader) => void reader.skip(8), // FRAME
  '(': (machine) => machine.push(MARK),
  '0': (machine) => void machine.pop(),
  '1': (machine) => void machine.popMark(),
  '2': (machine) => machine.push(machine.top()),
  '\x8f': (machine) => machine.push(new Inert('builtins.set')),
  '\x90': (machine) => void machine.popMark(), // ADDITEMS, of a set
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
  '\x8b': (machine, reader) => machine.push(reader.long(reader.int32())),
  L: (machine, reader) => machine.push(Number.parseInt(reader.line(), 10)),
  F: (machine, reader) => machine.push(Number(reader.line())),
  G: (machine, reader) => machine.push(reader.float64()),
  X: (machine, reader) => machine.push(reader.text(reader.uint32())),
  '\x8c': (machine, reader) => machine.push(reader.text(reader.byte())),
  '\x8d': (machine, reader) => machine.push(reader.text(reader.int64())),
  U: (machine, reader) => machine.push(reader.text(reader.byte())),
  T: (machine, reader) => machine.push(reader.text(reader.uint32())),
  C: (machine, reader) => machine.push(reader.bytes(reader.byte())),
  B: (machine, reader) => machine.push(reader.bytes(reader.uint32())),
  '\x8e': (machine, reader) => machine.push(reader.bytes(reader.int64())),
  '\x96': (machine, reader) => machine.push(reader.bytes(reader.int64())),
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
  i: (machine, reader) => {
    const name = nameOf(reader.line(), reader.line());
    machine.push(made(name, machine.popMark()));
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
  Q: (machine) => machine.refer(machine.pop()),
};
