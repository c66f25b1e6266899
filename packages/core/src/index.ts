import 'reflect-metadata'; // before tsyringe, which refuses to load without it

export { duration, inEpochs, inSteps, interval, parseDuration, wholeEpochs, type Duration } from './duration.js';
export { causeOf, type Cause } from './plugin-frames.js';
export { evaluatorOptions, featureOptions, scheduleOf, type EvaluatorOptions } from './evaluator-options.js';
export { editDistance, suggest } from './suggest.js';
export { Services, type Provider, type ServicesOptions } from './services.js';
export { HookRunner, type ContextFor, type Label } from './hook-runner.js';
export { EventBus } from './event-bus.js';
export { GuardedObservable, type Report } from './guarded-observable.js';
export { loadConfig, type ConfigOptions, type LoadedConfig } from './config/load-config.js';
export type { CheckOptions, ConfigEntry, ResolvedConfig } from './config/check-config.js';
export type { ConfigSource } from './config/read-config.js';
export { coreSchemas, type RuntimeConfig } from './config/core-schemas.js';
export { ConfigError, type Problem } from './config/problems.js';
export type { Place } from './config/node.js';
export { SECTIONS, type SectionSpec } from './config/sections.js';
export { configJsonSchema, jsonSchemaOf, type JsonSchema } from './config/json-schema.js';
export { ModuleLoader, type Module, type SharedModules } from './plugins/import-module.js';
export { loadPlugins } from './plugins/load-plugins.js';
export { discoverPackages, PLUGIN_KEYWORD, type FoundPackage } from './plugins/discover.js';
export { toldWhenSlow, withinLimit } from './time-limit.js';
export { Registry, type Origin, type Registered } from './plugins/registry.js';
export { createHost, startRun, type HostOptions } from './run/start-run.js';
export { RunHost, type Provided, type ServiceOfKind } from './run/run-host.js';
export type { ScalarValue, StateInit } from './run/plugin-host.js';
export type { Explanation } from './run/explain.js';
export { heldOutSplit, isLabelled, noHeldOut } from './evaluation/held-out.js';
export { bootstrapMean, bootstrapMeans, meanOf, quantile, uniformDraws, type BootstrapOptions } from './statistics/bootstrap.js';
