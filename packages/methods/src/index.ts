export { mocoV2Plugin } from './moco-v2/plugin.js';
export { mocoV2Config, type MocoV2Config } from './moco-v2/config.js';
export { MocoV2 } from './moco-v2/moco-v2.js';
export { forwardInGroups, forwardShuffled } from './moco-v2/split-batch.js';
export { simclrPlugin } from './simclr/plugin.js';
export { simclrConfig, type SimclrConfig } from './simclr/config.js';
export { Simclr } from './simclr/simclr.js';
