export { allClose, type Tolerance, type Verdict } from './all-close.js';
export { isTensor, toNumbers, type Numbers } from './numbers.js';
export { ReferenceCase, hasReference, referenceCase, referenceJson, referencePath } from './reference-case.js';
export { parseSafetensors, type ReferenceTensor } from './safetensors.js';
export { leakFree, tensorsOf, type TensorTree } from './leak-free.js';
export * from './checks.js';
export {
  augmentationConformance,
  bankConformance,
  datasetConformance,
  encoderConformance,
  evaluatorConformance,
  exporterConformance,
  methodConformance,
  mixingConformance,
  operationConformance,
  optimizerConformance,
  positivesConformance,
  samplerConformance,
  scheduleConformance,
  trackerConformance,
} from './conformance/conformances.js';
export { writeImages } from './write-images.js';
export { mutateImage, type Mutation } from './mutate-image.js';
