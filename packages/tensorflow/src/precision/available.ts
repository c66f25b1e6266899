import { readFileSync } from 'node:fs';
import { precisionUnavailable } from './errors.js';
import type { Precision } from '../native/context.js';

/** What decides which arithmetic there is. */
export interface ArithmeticOf {
  readonly gpu: boolean;
  readonly oneDnn: boolean;
  /** Flags of the processor as Linux names them, e.g. `avx512_bf16`. */
  readonly cpuFlags: ReadonlySet<string>;
}

/** Why a precision is not there, as a sentence; null where it is. */
export type Precisions = Readonly<Record<Precision, string | null>>;

const NATIVE = { bfloat16: ['avx512_bf16', 'amx_bf16'], float16: ['avx512_fp16', 'amx_fp16'] } as const;

/** The flags of the first processor; empty where the system does not say. */
export function readCpuFlags(): ReadonlySet<string> {
  try {
    const [, flags = ''] = /^flags\s*:(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8')) ?? [];
    return new Set(flags.trim().split(/\s+/));
  } catch {
    return new Set();
  }
}

/**
 * What `compile(fn, { precision })` can do here. On a processor only what it computes natively: oneDNN would emulate the rest, slower than
 * float32. On a GPU TensorFlow's rewrite knows float16 alone.
 */
export function availablePrecisions({ gpu, oneDnn, cpuFlags }: ArithmeticOf): Precisions {
  if (gpu) return { float32: null, bfloat16: "TensorFlow's rewrite has no bfloat16 for GPUs", float16: null };
  const missing = (kind: keyof typeof NATIVE): string | null => {
    if (!oneDnn) return 'oneDNN is off';
    return NATIVE[kind].some((flag) => cpuFlags.has(flag)) ? null : `the processor has neither ${NATIVE[kind].join(' nor ')}`;
  };
  return { float32: null, bfloat16: missing('bfloat16'), float16: missing('float16') };
}

/**
 * What `auto` stands for: bfloat16 where the processor has it, measured to be the fastest that keeps the curve of the loss; float32 elsewhere,
 * on a GPU too, where nothing was measured.
 */
export const fastestPrecision = ({ bfloat16 }: Precisions): Precision => (bfloat16 === null ? 'bfloat16' : 'float32');

/**
 * @param options compiled: whether the function is compiled; what runs op by op is float32.
 * @throws MOCHI_PRECISION_UNAVAILABLE where this machine or this build does not have it.
 */
export function resolvePrecision(
  wanted: Precision | 'auto',
  available: Precisions,
  { compiled = true }: { compiled?: boolean } = {},
): Precision {
  const fastest = compiled ? fastestPrecision(available) : 'float32';
  const chosen = wanted === 'auto' ? fastest : wanted;
  const uncompiled =
    !compiled && chosen !== 'float32' ? 'the step is not compiled (runtime.eager, or runtime.compile: false)' : null;
  const reason = uncompiled ?? available[chosen];
  if (reason !== null) throw precisionUnavailable(chosen, reason, fastest);
  return chosen;
}
