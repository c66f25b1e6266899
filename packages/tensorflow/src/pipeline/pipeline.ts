import type { Tensors } from '@mochi/contract';
import * as tf from '@tensorflow/tfjs-core';
import type { TracedFunction } from '../compile/trace-function.js';
import { onCpu } from '../runtime/on-cpu.js';
import { pipelineArgument } from './errors.js';
import { PipelineIterator } from './pipeline-iterator.js';
import {
  batchElements, ignoreErrors, mapElements, prefetchElements, repeatElements, reproducible, shuffleElements, sliceTensors,
  type Built, type MapFunction, type Stage,
} from './stages.js'; // prettier-ignore

export interface IterateOptions {
  /** Threads of the pass's own pool. Default: it shares those of TensorFlow. */
  readonly threads?: number;
}

/**
 * An input pipeline that TensorFlow runs on its own threads. A value: each method returns another pipeline, nothing runs before `iterate`,
 * and nothing has to be disposed but the passes. Elements are records of named tensors. The order of elements never depends on threads.
 */
export class Pipeline {
  private constructor(
    private readonly source: Tensors,
    private readonly stages: readonly Stage[],
  ) {}

  /**
   * Element i holds slice i along axis 0 of each tensor (string tensors too).
   *
   * @param record Tensors of equal length. They stay the caller's and must live until the last call of `iterate`; passes under way keep the
   * data by themselves.
   * @throws MOCHI_PIPELINE_TENSORS, from `iterate`.
   */
  static fromTensors(record: Tensors): Pipeline {
    return new Pipeline({ ...record }, []);
  }

  /**
   * @param fn Traced at each `iterate`; tensors from outside are captured with the values that they have then.
   * @param options parallel: elements made at the same time, default 1; their order stays.
   */
  map(fn: MapFunction, { parallel = 1 }: { parallel?: number } = {}): Pipeline {
    return this.add(mapElements(fn, positive('map', 'parallel', parallel)));
  }

  /** Stacks n elements along a new axis 0; their shapes must be equal. @param options dropRemainder: leaves out a last batch that is smaller. Default false. */
  batch(n: number, { dropRemainder = false }: { dropRemainder?: boolean } = {}): Pipeline {
    return this.add(batchElements(positive('batch', 'n', n), dropRemainder));
  }

  /** Draws from a window of elements; anew in each repetition that follows, the same in every pass. @param buffer Elements of the window. */
  shuffle(buffer: number, seed: number): Pipeline {
    return this.add(shuffleElements(positive('shuffle', 'buffer', buffer), seed));
  }

  /** @param n Passes over what is before. Default: without end. */
  repeat(n?: number): Pipeline {
    return this.add(repeatElements(n === undefined ? -1 : positive('repeat', 'n', n)));
  }

  /** Makes up to n elements ahead, while the caller works. */
  prefetch(n: number): Pipeline {
    return this.add(prefetchElements(positive('prefetch', 'n', n)));
  }

  /** Leaves out elements that failed before this point, without a word: let an index travel with the elements, and gaps in it say which. */
  skipErrors(): Pipeline {
    return this.add(ignoreErrors);
  }

  /**
   * Begins a pass: traces the map functions and starts the threads.
   *
   * @returns The pass; whoever calls this disposes it.
   * @throws Whatever the map functions throw while they are traced.
   */
  iterate({ threads }: IterateOptions = {}): PipelineIterator {
    if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 127)) {
      throw pipelineArgument('iterate', `threads is ${threads}`, 'An integer from 1 to 127.');
    }
    const functions: TracedFunction[] = [];
    let iterator: PipelineIterator | undefined;
    try {
      onCpu(() =>
        tf.tidy(() => {
          const last = [...this.stages, reproducible(threads)].reduce<Built>(
            (input, stage) => stage(input, functions),
            sliceTensors(this.source),
          );
          iterator = new PipelineIterator(last, functions);
        }),
      );
      return iterator!;
    } finally {
      if (iterator === undefined) for (const fn of functions) fn.dispose();
    }
  }

  private add(stage: Stage): Pipeline {
    return new Pipeline(this.source, [...this.stages, stage]);
  }
}

function positive(stage: string, name: string, value: number): number {
  if (!(Number.isSafeInteger(value) && value > 0)) throw pipelineArgument(stage, `${name} is ${value}`, 'A positive integer.');
  return value;
}
