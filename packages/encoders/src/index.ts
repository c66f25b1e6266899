export { resnet10, resnet18, resnet34, resnet50 } from './resnet/plugin.js';
export { resnet, type ShapedEncoder } from './resnet/resnet.js';
export { resnetConfig, type ResnetConfig, type ResnetOptions } from './resnet/config.js';
export { ARCHITECTURES, type ResnetName } from './resnet/architecture.js';
export { fromTorchvision, torchShape, toTorchvision } from './torchvision.js';
