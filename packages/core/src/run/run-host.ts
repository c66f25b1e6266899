import {
  TOKEN_OF_KIND,
  warning,
  type Augmentation,
  type Dataset,
  type Encoder,
  type Evaluator,
  type Exporter,
  type InputMixing,
  type ListToken,
  type MemoryBank,
  type Method,
  type NegativeSampler,
  type Optimizer,
  type PositiveSource,
  type Provided,
  type Schedule,
  type Tracker,
} from '@mochi/contract';
import type { ConfigEntry, ResolvedConfig } from '../config/check-config.js';
import type { LoadedConfig } from '../config/load-config.js';
import { messageOf, sectionAmbiguous, sectionMissing } from '../errors.js';
import type { EventBus } from '../event-bus.js';
import type { HookRunner } from '../hook-runner.js';
import type { Services } from '../services.js';
import { withinLimit } from '../time-limit.js';
import { explainRun, type Explanation } from './explain.js';
import type { RunParts, ScalarValue, StateInit } from './plugin-host.js';

/** What the plugins of each kind provide. */
export interface ServiceOfKind {
  data: Dataset;
  augment: Augmentation;
  mixing: InputMixing;
  encoder: Encoder;
  method: Method;
  bank: MemoryBank;
  sampler: NegativeSampler;
  positives: PositiveSource;
  optimizer: Optimizer;
  schedule: Schedule;
  evaluator: Evaluator;
  tracker: Tracker;
  exporter: Exporter;
}

/** One run: its config, what its plugins registered, and its end. Two of them share nothing. */
export class RunHost {
  private disposing: Promise<readonly string[]> | undefined;

  constructor(
    private readonly loaded: LoadedConfig,
    private readonly parts: RunParts,
  ) {}

  /** Every default filled in. */
  get config(): ResolvedConfig {
    return this.loaded.config;
  }

  /** As it was written, bases and overrides merged: for the run's folder. */
  get written(): Readonly<Record<string, unknown>> {
    return this.loaded.written;
  }

  /** The plugins that are switched on, in the order of setup. */
  get entries(): readonly ConfigEntry[] {
    return this.loaded.entries;
  }

  get services(): Services {
    return this.parts.services;
  }

  get hooks(): HookRunner {
    return this.parts.hooks;
  }

  get bus(): EventBus {
    return this.parts.bus;
  }

  /** Initial tensors of the state that plugins registered, by plugin id and name. */
  get states(): ReadonlyMap<string, ReadonlyMap<string, StateInit>> {
    return this.parts.states;
  }

  /** Numbers that plugins feed into the step, by plugin id and name. */
  get scalars(): ReadonlyMap<string, ReadonlyMap<string, ScalarValue>> {
    return this.parts.scalars;
  }

  /**
   * The service of a kind that a run has one of. Made at the first call.
   *
   * @throws MOCHI_SECTION_MISSING, MOCHI_SECTION_AMBIGUOUS when several plugins provide it.
   */
  one<K extends keyof ServiceOfKind>(kind: K): ServiceOfKind[K] {
    const service = this.find(kind);
    if (service === undefined) throw sectionMissing(kind, this.loaded.registry.names(kind));
    return service;
  }

  /** The same, or undefined where the run has none. @throws MOCHI_SECTION_AMBIGUOUS */
  find<K extends keyof ServiceOfKind>(kind: K): ServiceOfKind[K] | undefined {
    const providers = this.services.providers(tokenOf(kind));
    if (providers.length > 1)
      throw sectionAmbiguous(
        kind,
        providers.map(({ plugin }) => this.parts.label(plugin)),
      );
    return providers[0]?.get();
  }

  /** Every service of a kind, in the order of the config. Made at the first call. */
  all<K extends keyof ServiceOfKind>(kind: K): ServiceOfKind[K][] {
    return this.provided(kind).map(({ service }) => service);
  }

  /** The same, each with the plugin that provides it. */
  provided<K extends keyof ServiceOfKind>(kind: K): Provided<ServiceOfKind[K]>[] {
    return this.services.provided(tokenOf(kind));
  }

  /** Config, plugins, hook order and services as data: what `mochi explain` prints. Makes no service. */
  explain(): Explanation {
    return explainRun(this.loaded, this.parts);
  }

  /**
   * Ends the run: what plugins registered with `onDispose`, last first, each awaited, for `runtime.pluginSeconds` at most. A failure stops none of the others: it becomes a
   * `warning` event and a line of the log. Then every subscription completes. Later calls give the first one's promise.
   *
   * @returns The failures.
   */
  dispose(): Promise<readonly string[]> {
    return (this.disposing ??= disposeParts(this.parts));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }
}

const tokenOf = <K extends keyof ServiceOfKind>(kind: K) => TOKEN_OF_KIND[kind] as ListToken<ServiceOfKind[K]>;

/** See {@link RunHost.dispose}. */
export async function disposeParts(parts: RunParts): Promise<readonly string[]> {
  const failures: string[] = [];
  const failed = (source: string, error: unknown) => {
    const message = `${source} failed to dispose: ${messageOf(error)}`;
    failures.push(message);
    parts.log?.warn(message);
    parts.bus.emit(warning, { source, message });
  };
  for (const { plugin, dispose } of parts.disposals.splice(0).reverse()) {
    try {
      await withinLimit(dispose(), parts.pluginSeconds, parts.label(plugin), 'freeing what it holds');
    } catch (error) {
      failed(parts.label(plugin), error);
    }
  }
  try {
    await withinLimit(parts.services.dispose(), parts.pluginSeconds, 'of a service', 'freeing what it holds');
  } catch (error) {
    failed('services', error);
  }
  parts.bus.close();
  return failures;
}
