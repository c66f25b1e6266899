import { API_VERSION, definePlugin, ENCODER } from '@mochi/contract';
import type { ResnetName } from './architecture.js';
import { resnetConfig } from './config.js';
import { resnet } from './resnet.js';

const resnetPlugin = (name: ResnetName) =>
  definePlugin({
    name,
    kind: 'encoder',
    apiVersion: API_VERSION,
    config: resnetConfig,
    setup(host, options) {
      host.provide(ENCODER, () => resnet(name, options));
    },
  });

export const resnet10 = resnetPlugin('resnet10');
export const resnet18 = resnetPlugin('resnet18');
export const resnet34 = resnetPlugin('resnet34');
export const resnet50 = resnetPlugin('resnet50');
