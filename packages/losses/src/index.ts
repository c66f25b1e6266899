export {
  contrastiveLoss,
  contrastiveLossAndGradients,
  type ContrastiveGradients,
  type ContrastiveInput,
  type ContrastiveMetrics,
} from './contrastive-loss.js';
export { checkBlocks, type BlockSizes } from './check-input.js';
export { inputOfDrawn } from './input-of-drawn.js';
export { infoNce } from './info-nce.js';
export { materializeMixture, mixtureSimilarities, TRANSIENT_BYTES } from './mixtures.js';
