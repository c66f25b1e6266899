export { allClose, type Tolerance, type Verdict } from './all-close.js';
export { isTensor, toNumbers, type Numbers } from './numbers.js';
export { ReferenceCase, referenceCase, referenceJson, referencePath } from './reference-case.js';
export { parseSafetensors, type ReferenceTensor } from './safetensors.js';
export { leakFree, tensorsOf, type TensorTree } from './leak-free.js';
export { samplerChecks, samplerConformance } from './conformance/sampler.js';
export type { Check } from './conformance/suite.js';
export type { Sizes } from './conformance/sampler-context.js';
