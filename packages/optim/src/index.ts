export { sgdPlugin } from './sgd/plugin.js';
export { sgd } from './sgd/sgd.js';
export { sgdUpdate } from './sgd/sgd-update.js';
export { sgdConfig, type SgdConfig, type SgdOptions } from './sgd/config.js';
export { larsPlugin } from './lars/plugin.js';
export { lars } from './lars/lars.js';
export { larsUpdate } from './lars/lars-update.js';
export { larsConfig, type LarsConfig, type LarsOptions } from './lars/config.js';
export { adamwPlugin } from './adamw/plugin.js';
export { adamw } from './adamw/adamw.js';
export { adamwUpdate } from './adamw/adamw-update.js';
export { adamwConfig, type AdamwConfig, type AdamwOptions } from './adamw/config.js';
export { constantPlugin, cosinePlugin, stepPlugin } from './schedules/plugin.js';
export { constant, cosine, step } from './schedules/schedules.js';
export {
  constantConfig,
  cosineConfig,
  stepConfig,
  type ConstantConfig,
  type ConstantOptions,
  type CosineConfig,
  type CosineOptions,
  type StepConfig,
  type StepOptions,
} from './schedules/config.js';
export {
  currentOf,
  feedRamps,
  leastOf,
  mostOf,
  ramp,
  rampable,
  rampConfig,
  valueOf,
  type Rampable,
  type RampConfig,
  type RampOptions,
} from './ramp.js';
export { emaUpdate } from './ema-update.js';
export { isOneDimensional, type Updated } from './shared/update-each.js';
