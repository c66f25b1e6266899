import type { StoredWeight } from './read-weights.js';

/**
 * A first kernel for another stem: the centre is cut out (7x7 to 3x3) or zeros are laid around (3x3 to 7x7), and one input channel becomes three with
 * a third of the weight each. The statistics of the norm after it were those of the old kernel, so such a network is to be trained on.
 *
 * @param shape What it shall be, [out, in, height, width].
 */
export function convertStem({ shape, read }: StoredWeight, target: readonly number[]): Float32Array {
  const [, channels, height, width] = shape as [number, number, number, number];
  const [outputs, wantedChannels, wantedHeight, wantedWidth] = target as [number, number, number, number];
  const values = read();
  const scale = channels === wantedChannels ? 1 : channels / wantedChannels;
  const [top, left] = [(height - wantedHeight) >> 1, (width - wantedWidth) >> 1];
  const made = new Float32Array(outputs * wantedChannels * wantedHeight * wantedWidth);
  let to = 0;
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < wantedChannels; c++)
      for (let y = top; y < top + wantedHeight; y++)
        for (let x = left; x < left + wantedWidth; x++, to++) {
          if (y < 0 || x < 0 || y >= height || x >= width) continue;
          const from = ((o * channels + (channels === 1 ? 0 : c)) * height + y) * width + x;
          made[to] = scale * values[from]!;
        }
  return made;
}
