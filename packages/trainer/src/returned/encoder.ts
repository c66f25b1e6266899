import type { Encoder, EncoderWeights, Rng } from '@mochi/contract';
import { isPlain, nameOf, notTensor, stateChange } from './describe.js';
import { encoderReturned } from './errors.js';

/**
 * An encoder whose results are looked at: the widths that it states, and the names and shapes of its statistics. They are known while tracing, so
 * this costs a step nothing. Its functions throw MOCHI_ENCODER_OUTPUT.
 */
export function checkedEncoder(encoder: Encoder): Encoder {
  const { name, dims, smallestView } = encoder;
  const fault = (call: string, got: string, want: string) => encoderReturned({ of: name, call, got, want });
  return {
    ...{ name, dims, ...(smallestView === undefined ? {} : { smallestView }) },
    init(rng) {
      const weights: unknown = encoder.init(rng);
      if (!isPlain(weights) || !isPlain(weights['params']) || !isPlain(weights['stats']))
        throw fault('init', nameOf(weights), '{ params, stats }, records of tensors by name');
      return weights as unknown as EncoderWeights;
    },
    ...(encoder.draw ? { draw: (rng: Rng) => encoder.draw!(rng) } : {}),
    apply(weights, images, mode) {
      const out: unknown = encoder.apply(weights, images, mode);
      if (!isPlain(out)) throw fault('apply', nameOf(out), '{ backbone, head, stats }');
      for (const layer of ['backbone', 'head'] as const) {
        const shape = [images.shape[0], dims[layer]];
        const got = notTensor(out[layer], { shape });
        if (got !== undefined)
          throw fault('apply', `${got} as ${layer}`, `${layer} [B, dims.${layer}] = [${shape.join(', ')}], as its dims state`);
      }
      const change = stateChange(weights.stats, out['stats']);
      if (change) throw fault('apply', `in its stats ${change.got}`, change.want);
      return out as ReturnType<Encoder['apply']>;
    },
    ...(encoder.stateDict ? { stateDict: (weights: EncoderWeights) => encoder.stateDict!(weights) } : {}),
  };
}
