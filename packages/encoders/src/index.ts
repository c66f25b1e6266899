export { resnet10Plugin, resnet18Plugin, resnet34Plugin, resnet50Plugin } from './resnet/plugin.js';
export { resnet, type ShapedEncoder } from './resnet/resnet.js';
export { resnetConfig, type ResnetConfig, type ResnetOptions } from './resnet/config.js';
export { ARCHITECTURES, type ResnetName } from './resnet/architecture.js';
export { torchShape } from './torch-layout.js';
export { fromTorchvision, toTorchvision } from './torchvision.js';
export { importWeights, type Imported } from './import/import-weights.js';
export { planImport, type ImportOptions, type ImportPlan } from './import/plan-import.js';
export { parseWeights, readFileMetadata, readWeights, type StoredWeight, type StoredWeights } from './import/read-weights.js';
