import { describe, expect, test } from 'vitest';
import { availablePrecisions, fastestPrecision, readCpuFlags, resolvePrecision } from './available.js';

const processor = (...flags: string[]) => availablePrecisions({ gpu: false, oneDnn: true, cpuFlags: new Set(flags) });

describe('what there is', () => {
  test.each([
    { name: 'an old processor', has: processor('avx2'), bfloat16: false, float16: false, auto: 'float32' },
    { name: 'avx512_bf16', has: processor('avx512_bf16'), bfloat16: true, float16: false, auto: 'bfloat16' },
    { name: 'amx_bf16 and amx_fp16', has: processor('amx_bf16', 'amx_fp16'), bfloat16: true, float16: true, auto: 'bfloat16' },
    {
      name: 'oneDNN switched off',
      has: availablePrecisions({ gpu: false, oneDnn: false, cpuFlags: new Set(['avx512_bf16', 'avx512_fp16']) }),
      bfloat16: false,
      float16: false,
      auto: 'float32',
    },
    {
      name: 'a GPU',
      has: availablePrecisions({ gpu: true, oneDnn: true, cpuFlags: new Set(['avx512_bf16']) }),
      bfloat16: false,
      float16: true,
      auto: 'float32',
    },
  ])('$name', ({ has, bfloat16, float16, auto }) => {
    expect([has.bfloat16 === null, has.float16 === null]).toEqual([bfloat16, float16]);
    expect(fastestPrecision(has)).toBe(auto);
    expect(resolvePrecision('auto', has)).toBe(auto);
    expect(resolvePrecision('float32', has)).toBe('float32');
    for (const [precision, there] of Object.entries({ bfloat16, float16 }) as ['bfloat16' | 'float16', boolean][]) {
      if (there) expect(resolvePrecision(precision, has)).toBe(precision);
      else
        expect(() => resolvePrecision(precision, has)).toThrow(
          expect.objectContaining({ code: 'MOCHI_PRECISION_UNAVAILABLE', fix: expect.stringContaining(auto) as string }),
        );
    }
  });

  test('the flags of this machine are read', () => {
    if (process.platform === 'linux' && process.arch === 'x64') expect(readCpuFlags()).toContain('sse2');
  });
});
