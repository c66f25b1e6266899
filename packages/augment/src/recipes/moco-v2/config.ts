import type { z } from 'zod';
import { recipeConfig } from '../../config.js';

export const mocoV2Config = recipeConfig({
  scale: [0.2, 1],
  jitter: { brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1, p: 0.8 },
  grayscale: 0.2,
  blur: 0.5,
});
export type MocoV2Config = z.infer<typeof mocoV2Config>;
