export { resnet10Plugin, resnet18Plugin, resnet34Plugin, resnet50Plugin } from './resnet/plugin.js';
export { resnet, type ShapedEncoder } from './resnet/resnet.js';
export { resnetConfig, type ResnetConfig, type ResnetOptions } from './resnet/config.js';
export { ARCHITECTURES, type ResnetName } from './resnet/architecture.js';
export { fromTorchvision, torchShape, toTorchvision } from './torchvision.js';
