import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import type { TracedFunction } from '../compile/trace-function.js';
import { TensorFlowError } from '../errors.js';
import { execute } from '../runtime/execute.js';
import { onCpu } from '../runtime/on-cpu.js';
import { running } from '../runtime/runtime.js';
import { elementFailed, iteratorDisposed } from './errors.js';
import { outputAttrs, type Built } from './stages.js';

/** One pass over a pipeline. Owns what TensorFlow holds for it, until dispose(). */
export class PipelineIterator implements AsyncIterable<Tensors> {
  private readonly iterator: tf.Tensor;
  /** Ends when the calls so far are served; the first of them is TensorFlow's preparation of the pass. */
  private pending: Promise<unknown>;
  private failed: Error | null = null;
  private waiting = 0;
  private disposed = false;

  constructor(
    private readonly built: Built,
    private readonly functions: readonly TracedFunction[],
  ) {
    this.iterator = tf.keep(execute('AnonymousIteratorV3', outputAttrs(built), [])[0]!);
    this.pending = this.prepare();
  }

  /** On another thread: it takes some tens of milliseconds, more for larger functions. */
  private async prepare(): Promise<void> {
    const { engine, backend } = running();
    this.waiting++;
    try {
      await onCpu(() => engine.executeAsync('MakeIterator', [], [this.built.dataset, this.iterator].map((x) => backend.idOf(x)), 0)); // prettier-ignore
    } catch (error) {
      this.failed = error as Error;
    } finally {
      this.waiting--;
      this.freeIfDone();
    }
  }

  /**
   * The next element; the event loop goes on while TensorFlow makes it. Calls are served in their order.
   *
   * @returns New tensors, which the caller disposes; null at the end, and when dispose() is called meanwhile.
   * @throws MOCHI_PIPELINE_ELEMENT when the element cannot be made; the call after it gives the one that follows. MOCHI_PIPELINE_DISPOSED.
   */
  async next(): Promise<Tensors | null> {
    if (this.disposed) throw iteratorDisposed();
    this.waiting++;
    const result = this.pending.then(() => this.fetch());
    this.pending = result.catch(() => undefined);
    return result.finally(() => {
      this.waiting--;
      this.freeIfDone();
    });
  }

  private async fetch(): Promise<Tensors | null> {
    if (this.disposed) return null;
    if (this.failed !== null) throw this.failed;
    const { engine, backend } = running();
    const { names } = this.built;
    try {
      const results = await onCpu(() =>
        engine.executeAsync('IteratorGetNext', outputAttrs(this.built), [backend.idOf(this.iterator)], names.length),
      );
      if (!this.disposed) return Object.fromEntries(results.map((result, i) => [names[i]!, backend.createOutputTensor(result)]));
      for (const { id } of results) engine.delete(id);
      return null;
    } catch (error) {
      if (this.disposed || (error instanceof TensorFlowError && error.tensorFlowCode === 'OUT_OF_RANGE')) return null;
      throw error instanceof TensorFlowError ? elementFailed(error.tensorFlowMessage, error) : error;
    }
  }

  /** Ends the pass and frees what it holds: at once, or when the calls of next() that are under way have returned. May be called twice. */
  dispose(): void {
    this.disposed = true;
    this.freeIfDone();
  }

  private freeIfDone(): void {
    if (!this.disposed || this.waiting > 0 || this.iterator.isDisposed) return;
    this.iterator.dispose();
    for (const fn of this.functions) fn.dispose();
  }

  /** The elements in turn; leaving the loop disposes the pass. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Tensors, void, undefined> {
    try {
      for (let element = await this.next(); element !== null; element = await this.next()) yield element;
    } finally {
      this.dispose();
    }
  }
}
