import type { RunOrigin, TrainedEncoder } from '@mochi/contract';

/**
 * What travels in the file beside the weights, as text by name: how images become inputs, which encoder it is, and where it comes from. Names begin
 * with `mochi.`, values are JSON.
 */
export function metadataOf({ encoder, preprocessing, facts }: TrainedEncoder): Record<string, string> {
  const { size, resize, resizeSmall, mean, std } = preprocessing;
  const text = {
    'mochi.preprocessing': {
      size,
      resize,
      resizeSmall,
      mean,
      std,
      interpolation: 'bilinear',
      antialias: true,
      crop: 'center',
      scale: 1 / 255,
    },
    'mochi.encoder': { ...sectionOf(facts.config['encoder']), dims: encoder.dims },
    'mochi.run': runOf(facts),
  };
  return Object.fromEntries(Object.entries(text).map(([name, value]) => [name, JSON.stringify(value)]));
}

/** Which run, how far, by which version, from what. */
const runOf = ({ name, step, epoch, mochi, begun, initialWeights }: RunOrigin): object => {
  return { name, step, epoch, mochi, begun, initialWeights };
};

/** A section of the config without what belongs to one machine: the file that weights were imported from. */
function sectionOf(section: unknown): object {
  if (typeof section !== 'object' || section === null) return { name: section };
  const { weights: _, ...rest } = section as Record<string, unknown>;
  return rest;
}
