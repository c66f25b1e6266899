import { encoderConformance } from '@mochi/testing';
import { resnet10Plugin, resnet18Plugin, resnet34Plugin, resnet50Plugin } from './index.js';

const tiny = { stem: 'cifar', width: 4, head: { hidden: 8, dim: 4 } };

encoderConformance(resnet10Plugin, { ...tiny, stem: 'imagenet', head: { kind: 'linear', dim: 4 } });
encoderConformance(resnet18Plugin, tiny, { size: 8 });
encoderConformance(resnet34Plugin, tiny, { size: 8 });
encoderConformance(resnet50Plugin, tiny, { size: 8 });
encoderConformance(resnet18Plugin, { ...tiny, norm: 'group' }, { size: 8 });
