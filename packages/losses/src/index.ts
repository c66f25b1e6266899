export {
  contrastiveLoss,
  contrastiveLossAndGradients,
  type ContrastiveGradients,
  type ContrastiveInput,
  type ContrastiveMetrics,
} from './contrastive-loss.js';
export { infoNce } from './info-nce.js';
export { materializeMixture, mixtureSimilarities, TRANSIENT_BYTES } from './mixtures.js';
