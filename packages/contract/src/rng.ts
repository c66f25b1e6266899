import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';

/**
 * A named stream of random numbers. Stateless: the same (seed, stream, step) and the same order of calls give the same numbers,
 * in a compiled step as outside one. All tensors are float32 unless said.
 */
export interface Rng {
  /** Uniform in [min, max). Default [0, 1). */
  uniform(shape: number[], min?: number, max?: number): Tensor;
  /** Normal with the given mean and standard deviation. Default 0 and 1. */
  normal(shape: number[], mean?: number, std?: number): Tensor;
  /** Uniform integers in [0, max), int32. */
  integers(shape: number[], max: number): Tensor;
  /** An independent stream. The same name gives the same stream. */
  fork(name: string): Rng;
  /**
   * Streams keyed by sample besides: row b depends on (seed, stream, step, ids[b]) alone, so permuting or splitting the batch permutes or
   * splits the numbers.
   *
   * @param ids Sample ids, [B] int32.
   */
  perSample(ids: Tensor1D): SampleRng;
}

/** Random numbers of each sample of a batch. */
export interface SampleRng {
  /** Uniform in [min, max), shape [B, ...shape], float32. */
  uniform(shape: number[], min?: number, max?: number): Tensor;
  /** Uniform integers in [0, max), shape [B, ...shape], int32. */
  integers(shape: number[], max: number): Tensor;
  /**
   * Uniform in [0, 1), [B, n] float32: of each sample's sequence the numbers at some places, which may be far apart.
   *
   * @param places Unsigned 32-bit numbers, n of them.
   */
  at(places: Uint32Array): Tensor;
}
