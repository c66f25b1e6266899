export { train, type TrainOptions } from './train.js';
export { evaluate, openTrained, runFolderOf, type EvaluateOptions, type OpenedRun } from './evaluate.js';
export { embed, type EmbedOptions } from './embed.js';
export { openRun, openRunOnEngine, type ConfigInput, type OpenOptions } from './open-run.js';
export { builtInPlugins } from './plugins.js';
export { presets, type Preset } from './presets/index.js';
export { configSchema } from './config-schema.js';
export type { Results, TrainResult } from '@mochi/trainer';
export { profile, type ProfileOptions, type ProfileResult } from './profile.js';
