import { configJsonSchema, coreSchemas, type JsonSchema } from '@mochi/core';
import { trainConfig } from '@mochi/trainer';
import { builtInPlugins } from './plugins.js';

/** The JSON Schema of a config with the built-in plugins, for editors. */
export const configSchema = (): JsonSchema => configJsonSchema(builtInPlugins, { ...coreSchemas, train: trainConfig });
