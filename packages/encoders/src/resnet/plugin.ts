import { API_VERSION, definePlugin, ENCODER } from '@mochi/contract';
import { importReport, type ImportPlan } from '../import/plan-import.js';
import type { ResnetName } from './architecture.js';
import { resnetConfig } from './config.js';
import { resnet } from './resnet.js';

const pluginOf = (name: ResnetName) =>
  definePlugin({
    name,
    kind: 'encoder',
    apiVersion: API_VERSION,
    config: resnetConfig,
    setup(host, options) {
      const onImport = (plan: ImportPlan, file: string): void => host.log.info(importReport(name, plan, file));
      host.provide(ENCODER, () => resnet(name, options, { onImport }));
    },
  });

export const resnet10Plugin = pluginOf('resnet10');
export const resnet18Plugin = pluginOf('resnet18');
export const resnet34Plugin = pluginOf('resnet34');
export const resnet50Plugin = pluginOf('resnet50');
