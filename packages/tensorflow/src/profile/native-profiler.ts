import koffi from 'koffi';
import { profilerBusy, profilerMissing } from '../errors.js';
import { varintField } from '../native/protobuf.js';

/**
 * TensorFlow's profiler has no C API, so its C++ functions are called by their exported names. Their objects live in memory of ours that is
 * larger than any version of them; they take and give protobuf messages as bytes, so no layout is relied upon.
 */
const SYMBOLS = {
  newOptions: ['_ZN10tensorflow14ProfileOptionsC1EPN6google8protobuf5ArenaE', 'void', 'mem', 'mem'],
  deleteOptions: ['_ZN10tensorflow14ProfileOptionsD1Ev', 'void', 'mem'],
  parse: ['_ZN6google8protobuf11MessageLite14ParseFromArrayEPKvi', 'bool', 'mem', 'mem', 'int'],
  newSession: ['_ZN3tsl15ProfilerSessionC1ERKN10tensorflow14ProfileOptionsE', 'void', 'mem', 'mem'],
  sessionStatus: ['_ZN3tsl15ProfilerSession6StatusEv', 'status', 'mem'],
  collect: ['_ZN3tsl15ProfilerSession11CollectDataEPN10tensorflow8profiler6XSpaceE', 'status', 'mem', 'mem'],
  deleteSession: ['_ZN3tsl15ProfilerSessionD1Ev', 'void', 'mem'],
  newSpace: ['_ZN10tensorflow8profiler6XSpaceC1EPN6google8protobuf5ArenaE', 'void', 'mem', 'mem'],
  deleteSpace: ['_ZN10tensorflow8profiler6XSpaceD1Ev', 'void', 'mem'],
  spaceBytes: ['_ZNK10tensorflow8profiler6XSpace12ByteSizeLongEv', 'size', 'mem'],
  serialize: ['_ZNK6google8protobuf11MessageLite16SerializeToArrayEPvi', 'bool', 'mem', 'mem', 'int'],
} as const;

type Memory = Uint8Array | null;
interface Returned {
  void: void;
  bool: boolean;
  size: number | bigint;
  status: { readonly code: bigint | number };
}
type Functions = {
  readonly [N in keyof typeof SYMBOLS]: (...args: (Memory | number)[]) => Returned[(typeof SYMBOLS)[N][1]];
};

const OBJECT_BYTES = 8192; // the largest of the three has some hundred bytes
const OK = 1; // absl::Status keeps its code in the upper bits of one word; the lowest says that nothing else is attached

/** message ProfileOptions { 1: include_dataset_ops, 2: host_tracer_level, 3: device_tracer_level, 5: version }. Level 3: every op, with shapes. */
const OPTIONS = Uint8Array.from([...varintField(1, 1), ...varintField(2, 3), ...varintField(3, 1), ...varintField(5, 1)]);

/** A recording of everything that TensorFlow does in this process, from now to `stop`. */
export class NativeProfiler {
  private readonly session = memory();

  private constructor(private readonly functions: Functions) {
    const options = memory();
    functions.newOptions(options, null);
    functions.parse(options, OPTIONS, OPTIONS.length);
    functions.newSession(this.session, options);
    functions.deleteOptions(options);
  }

  /** @throws MOCHI_PROFILER_MISSING when the library lacks it; MOCHI_PROFILER_BUSY when something else records. */
  static start(frameworkPath: string): NativeProfiler {
    const profiler = new NativeProfiler(declare(frameworkPath));
    if (Number(profiler.functions.sessionStatus(profiler.session).code) === OK) return profiler;
    profiler.functions.deleteSession(profiler.session);
    throw profilerBusy();
  }

  /** Ends the recording. @returns A message XSpace. */
  stop(): Uint8Array {
    const { functions, session } = this;
    const space = memory();
    functions.newSpace(space, null);
    try {
      if (Number(functions.collect(session, space).code) !== OK) throw profilerBusy();
      const bytes = new Uint8Array(Number(functions.spaceBytes(space)));
      functions.serialize(space, bytes, bytes.length);
      return bytes;
    } finally {
      functions.deleteSpace(space);
      functions.deleteSession(session);
    }
  }
}

const memory = (): Uint8Array => new Uint8Array(OBJECT_BYTES);

let declared: Functions | undefined; // koffi keeps what it declares for the life of the process

function declare(frameworkPath: string): Functions {
  if (declared) return declared;
  // A Status is returned through memory of the caller, whatever its size: so is a struct that fits no registers.
  const status = koffi.struct({ code: 'uint64_t', unused: koffi.array('uint64_t', 3) });
  const types = { mem: 'void*', int: 'int', void: 'void', bool: 'bool', size: 'size_t', status };
  const library = koffi.load(frameworkPath, { global: true });
  try {
    const functions = Object.entries(SYMBOLS).map(([name, [symbol, result, ...args]]) => [
      name,
      library.func(symbol, types[result], args.map((type) => types[type])),
    ]); // prettier-ignore
    return (declared = Object.fromEntries(functions) as Functions);
  } catch (error) {
    throw profilerMissing(frameworkPath, error);
  }
}
