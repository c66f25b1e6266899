import { engine, type Tensor } from '@tensorflow/tfjs-core';
import type { TensorMetadata } from '../../generated/tfjs-node-kernels.js';
import { compiledDisposed } from '../errors.js';
import { attr, type Attr } from '../native/attributes.js';
import { functionConfig, type Precision } from '../native/context.js';
import { onCpu } from '../runtime/on-cpu.js';
import { running, type Running } from '../runtime/runtime.js';
import { pathsOf, putTogether, signatureOf, type Structure, takeApart } from './signature.js';
import { removeFunction, traceGraph } from './trace-function.js';
import type { Capture } from './trace.js';

/** A function that runs as one op of TensorFlow. */
export interface Compiled<A extends readonly unknown[], R> {
  /** Runs it and waits. Blocks the event loop. While another function is traced or a gradient is taken, `fn` becomes part of that. */
  (...args: A): R;
  /** Runs it on another thread; the event loop goes on. Arguments may be disposed at once. */
  runAsync(...args: A): Promise<R>;
  /** Frees the traces and what they captured, after runs that are under way. */
  dispose(): void;
  /** How often `fn` was traced: once for each signature. */
  readonly traces: number;
  /** Milliseconds that all traces took. */
  readonly traceMs: number;
  readonly functionName: string;
}

export interface CompileOptions {
  /** For messages and profiles. */
  readonly name?: string;
  /** Compile with XLA. On CPU it is slower for convolutions. */
  readonly xla?: boolean;
  /** Of convolutions and of what `mixedPrecision` encloses; what may be asked for says `availablePrecisions`. Default float32. */
  readonly precision?: Precision;
  /** Run it on the processor though there is a GPU, e.g. the input beside a step. Default false. */
  readonly cpu?: boolean;
}

/** One signature's function. */
interface Entry {
  readonly name: string;
  readonly captures: readonly Capture[];
  readonly structure: Structure;
  readonly outputs: number;
}

/**
 * Makes one TensorFlow function of `fn`: the first call with a signature runs `fn` once on symbolic tensors and records its ops, later ones run
 * the record. Signature: structure of the arguments, dtypes, shapes, and the values of numbers, strings and booleans among them.
 *
 * Rules for `fn`: no reading of values; no JavaScript randomness, clocks or counters (they would be frozen); tensors from outside are captured
 * with the value that they have now (variables: that of each run).
 *
 * @param fn Takes and returns trees of tensors (plain objects, arrays).
 * @returns The compiled function. Its results are new tensors; dispose it when it is not needed any more.
 * @throws MOCHI_READ_WHILE_TRACING, MOCHI_DRAW_WHILE_TRACING, MOCHI_BAD_TREE; MOCHI_COMPILED_DISPOSED.
 */
export function compile<A extends readonly unknown[], R>(fn: (...args: A) => R, options: CompileOptions = {}): Compiled<A, R> {
  const held = new CompiledFunction<A, R>(fn, options);
  const call = (...args: A): R => held.run(args);
  return Object.defineProperties(call, {
    runAsync: { value: (...args: A) => held.runAsync(args) },
    dispose: { value: () => held.dispose() },
    traces: { get: () => held.traces },
    traceMs: { get: () => held.traceMs },
    functionName: { value: held.name },
  }) as Compiled<A, R>;
}

class CompiledFunction<A extends readonly unknown[], R> {
  readonly name: string;
  traces = 0;
  traceMs = 0;
  private readonly entries = new Map<string, Entry>();
  private readonly attrs: readonly Attr[];
  private readonly precision: Precision;
  private readonly cpu: boolean;
  private underWay = 0;
  private disposed = false;

  constructor(
    private readonly fn: (...args: A) => R,
    { name = fn.name || 'compiled', xla = false, precision = 'float32', cpu = false }: CompileOptions,
  ) {
    this.name = name;
    this.precision = precision;
    this.cpu = cpu;
    this.attrs = [
      ...(xla ? [attr.bool('_XlaMustCompile', true)] : []),
      ...(precision === 'float32' ? [] : [attr.string('config_proto', functionConfig(precision))]),
    ];
  }

  run(args: A): R {
    const current = running();
    // As a step of its own it would be no step on the gradient tape.
    if (current.binding.trace !== null || engine().state.gradientDepth > 0) return this.fn(...args);
    const { entry, ids } = this.prepare(current, args);
    return this.results(
      current,
      entry,
      this.placed(() => current.engine.execute(entry.name, this.attrs, ids, entry.outputs)),
    );
  }

  async runAsync(args: A): Promise<R> {
    const current = running();
    const { entry, ids } = this.prepare(current, args);
    this.underWay++;
    try {
      // Handles of the arguments are in the op before this returns: they may be disposed meanwhile.
      return this.results(
        current,
        entry,
        await this.placed(() => current.engine.executeAsync(entry.name, this.attrs, ids, entry.outputs)),
      );
    } finally {
      this.underWay--;
      if (this.disposed && this.underWay === 0) this.free(current);
    }
  }

  private placed<T>(run: () => T): T {
    return this.cpu ? onCpu(run) : run();
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    if (this.underWay === 0 && this.entries.size > 0) this.free(running());
  }

  private free(current: Running): void {
    for (const { name, captures } of this.entries.values()) {
      for (const { id } of captures) current.engine.delete(id);
      removeFunction(current, name);
    }
    this.entries.clear();
  }

  private prepare(current: Running, args: A): { entry: Entry; ids: number[] } {
    if (this.disposed) throw compiledDisposed(this.name);
    const { backend } = current;
    const tensors: Tensor[] = [];
    const signature = signatureOf(args, tensors, (tensor) => backend.dataOf(tensor).dtype, `The arguments of ${this.name}`);
    let entry = this.entries.get(signature);
    if (entry === undefined) {
      entry = this.trace(current, args);
      this.entries.set(signature, entry);
    }
    const ids = backend.getInputTensorIds(tensors);
    for (const capture of entry.captures) ids.push(capture.variable ? backend.idOf(capture.variable) : capture.id);
    return { entry, ids };
  }

  private trace({ backend }: Running, args: A): Entry {
    const started = performance.now();
    const tensors: Tensor[] = [];
    const structure = takeApart(args, tensors, `The arguments of ${this.name}`);
    const paths = pathsOf(structure);
    const specs = tensors.map((tensor, i) => ({ dtype: backend.dataOf(tensor).dtype, shape: tensor.shape, path: paths[i]! }));
    const build = (symbols: Tensor[]) => {
      const outputs: Tensor[] = [];
      const result = takeApart(
        this.fn(...(putTogether(structure, symbols) as unknown as A)),
        outputs,
        `The result of ${this.name}`,
      );
      return { outputs, result };
    };
    const traced = traceGraph(this.name, specs, build, this.precision);
    this.traces++;
    this.traceMs += performance.now() - started;
    return { name: traced.name, captures: traced.captures, structure: traced.result, outputs: traced.outputs.length };
  }

  private results({ backend }: Running, { structure }: Entry, outputs: readonly TensorMetadata[]): R {
    return putTogether(structure, outputs.map((metadata) => backend.createOutputTensor(metadata))) as R; // prettier-ignore
  }
}
