import { MochiError } from '@mochi/contract';

/** The bytes are not a whole, well-formed safetensors file. */
export const safetensorsInvalid = (happened: string, cause?: unknown): MochiError =>
  new MochiError(
    'MOCHI_SAFETENSORS_INVALID',
    {
      happened,
      expected:
        'A whole safetensors file: 8 bytes of header length, a JSON header, then the tensors without gaps, all of their bytes present.',
      fix: 'The file is cut, corrupt or of another format: copy or write it again, or use an earlier checkpoint.',
    },
    { cause },
  );

/** A tensor cannot be written: its data and its description disagree. */
export const safetensorsEntry = (name: string, happened: string, expected: string): MochiError =>
  new MochiError('MOCHI_SAFETENSORS_ENTRY', {
    happened: `Tensor '${name}' cannot be written: ${happened}.`,
    expected,
    fix: 'Give data whose type and length are those of dtype and shape.',
  });
