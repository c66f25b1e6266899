export { accuracy, hits } from './accuracy.js';
export { centre, meanRow, normalise, requireFinite, rowsOf, takeRows, type LabelledRows, type Rows } from './features/rows.js';
export { nearestNeighbours, type NeighbourOptions, type Neighbours } from './features/nearest-neighbours.js';
export { classConcentrationPlugin } from './class-concentration/plugin.js';
export { classConcentrationConfig, type ClassConcentrationConfig } from './class-concentration/config.js';
export { classConcentrationEvaluator } from './class-concentration/class-concentration-evaluator.js';
export { classDistances, type ClassDistances } from './class-concentration/class-distances.js';
export { clusteringPlugin } from './clustering/plugin.js';
export { clusteringConfig, type ClusteringConfig } from './clustering/config.js';
export { clusteringEvaluator } from './clustering/clustering-evaluator.js';
export {
  adjustedRandIndex,
  contingency,
  inMajority,
  normalisedMutualInformation,
  type Contingency,
} from './clustering/agreement.js';
export { kMeans, seedCentres, type KMeansOptions, type KMeansResult } from './clustering/k-means.js';
export { collapsePlugin } from './collapse/plugin.js';
export { collapseConfig, type CollapseConfig } from './collapse/config.js';
export { collapseEvaluator } from './collapse/collapse-evaluator.js';
export { collapseMeasures, type CollapseMeasures } from './collapse/collapse-measures.js';
export { lidarPlugin } from './lidar/plugin.js';
export { lidarConfig, type LidarConfig } from './lidar/config.js';
export { lidarEvaluator } from './lidar/lidar-evaluator.js';
export { lidar, type LidarOptions } from './lidar/lidar.js';
export { robustnessPlugin } from './robustness/plugin.js';
export { robustnessConfig, type RobustnessConfig } from './robustness/config.js';
export { robustnessEvaluator } from './robustness/robustness-evaluator.js';
export { CORRUPTIONS, corruption, type CorruptionName } from './robustness/corruptions.js';
export { knnPlugin } from './knn/plugin.js';
export { knnConfig, type KnnConfig } from './knn/config.js';
export { knnEvaluator } from './knn/knn-evaluator.js';
export { voteByClass, weightedKnn, type KnnOptions, type KnnResult } from './knn/weighted-knn.js';
export { linearPlugin } from './linear/plugin.js';
export { linearConfig, type LinearConfig } from './linear/config.js';
export { linearEvaluator } from './linear/linear-evaluator.js';
export { fitLogistic, type FlatProbe, type LogisticOptions } from './linear/fit-logistic.js';
export { fitRidge } from './linear/fit-ridge.js';
export { minimise, type Evaluated, type MinimiseOptions } from './linear/minimise.js';
export { linearProbe, type LinearProbeOptions, type LinearProbeResult } from './linear/linear-probe.js';
export { probeGradient, probeLogits, type Probe } from './linear/probe-gradient.js';
export { scaleOf, standardise, type Scale } from './linear/standardise.js';
export { trainProbe, type ProbeOptions, type RateSchedule } from './linear/train-probe.js';
export { representationPlugin } from './representation/plugin.js';
export { representationConfig, type RepresentationConfig } from './representation/config.js';
export { representationEvaluator } from './representation/representation-evaluator.js';
export { alignment, pairDistances } from './representation/alignment.js';
export { effectiveRank, entropyRank, rankMe } from './representation/rank-me.js';
export { uniformity } from './representation/uniformity.js';
export { retrievalPlugin } from './retrieval/plugin.js';
export { retrievalConfig, type RetrievalConfig } from './retrieval/config.js';
export { retrievalEvaluator } from './retrieval/retrieval-evaluator.js';
export {
  averagePrecisions,
  recallAt,
  retrievalRecall,
  retrieve,
  type Match,
  type RecallOptions,
  type Retrieved,
} from './retrieval/retrieval-recall.js';
export { fineTuneConfig, semiSupervisedConfig, type FineTuneConfig, type SemiSupervisedConfig } from './fine-tune/config.js';
export { fineTune, type FineTuneOptions } from './fine-tune/fine-tune.js';
export { fineTuneEvaluator, semiSupervisedEvaluator } from './fine-tune/fine-tune-evaluator.js';
export { pickShare, storedIds } from './fine-tune/pick-ids.js';
export { fineTunePlugin, semiSupervisedPlugin } from './fine-tune/plugins.js';
export { transferLinearConfig, type TransferLinearConfig } from './transfer-linear/config.js';
export { transferLinearEvaluator } from './transfer-linear/transfer-linear-evaluator.js';
export { transferLinearPlugin } from './transfer-linear/plugin.js';
export { onlineLinearConfig, type OnlineLinearConfig } from './online-linear/config.js';
export { onlineLinearPlugin } from './online-linear/plugin.js';
export { probeStep, type OnlineProbe } from './online-linear/probe-step.js';
