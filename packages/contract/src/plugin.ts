import type { Observable } from 'rxjs';
import type { EventOf, EventType } from './events.js';
import type { Hook } from './hooks.js';
import type { Progress } from './contexts.js';
import type { Rng } from './rng.js';
import type { StandardSchema, SchemaInput, SchemaOutput } from './schema.js';
import type { ListToken, Token } from './token.js';
import type { Tensor } from '@tensorflow/tfjs-core';

/** The version of this contract. A plugin built for another is refused before it runs. */
export const API_VERSION = 1;

/** The section of the config that names the plugin. An `extension` has no section: being listed under `plugins` switches it on. */
export type PluginKind =
  | 'data'
  | 'augment'
  | 'mixing'
  | 'encoder'
  | 'method'
  | 'bank'
  | 'sampler'
  | 'positives'
  | 'optimizer'
  | 'schedule'
  | 'evaluator'
  | 'tracker'
  | 'exporter'
  | 'extension';

export interface Logger {
  info(message: string): void;
  warn(message: string): void;
}

export interface TapOptions {
  /** Handlers run `pre` first, then those without, then `post`; in the order of registration within each. */
  readonly order?: 'pre' | 'post';
}

/** A service with the plugin that provides it. */
export interface Provided<T> {
  /** Id of the plugin, e.g. `sampler.1`: its state and scalars stand under it. */
  readonly plugin: string;
  /** What errors call the plugin, e.g. `"mochi" (sampler.1)`. */
  readonly label: string;
  readonly service: T;
}

/** What a plugin's `setup` gets: the run's services, as far as a plugin may touch them. */
export interface Host {
  /** Registers a service. A second provider of a Token is an error that names both. `make` is called once, when the service is first needed. Call it in `setup`. */
  provide<T>(token: Token<T> | ListToken<T>, make: NoInfer<() => T>): void;
  /** Registers a decorated class (`@injectable()`, `@inject(token.name)`) as the provider. */
  provideClass<T>(token: Token<T> | ListToken<T>, type: new (...args: never[]) => NoInfer<T>): void;
  /** The service. Call it from `make` or a hook, not from `setup`: order of plugins must not matter. */
  inject<T>(token: Token<T>): T;
  injectAll<T>(token: ListToken<T>): T[];
  /** The same, each with the plugin that provides it. */
  provided<T>(token: ListToken<T>): Provided<T>[];
  /**
   * A service that is this plugin's alone, made by another plugin: e.g. a data set that only an evaluator reads. It takes no part in the run
   * besides.
   *
   * @param entry Its name, or `{ name, ...options }` as in a config; checked as there. Call it from `setup`.
   * @throws MOCHI_UNKNOWN_PLUGIN, MOCHI_CONFIG_INVALID, and what its setup throws.
   */
  use<T>(token: ListToken<T>, entry: string | { readonly name: string; readonly [option: string]: unknown }): Promise<T>;
  tap<H extends (...args: never[]) => unknown>(hook: Hook<H>, handler: NoInfer<H>, options?: TapOptions): void;
  /** Events of a type as they happen. A subscriber that throws is reported and detached; it never stops the run. */
  events<P extends object>(type: EventType<P>): Observable<EventOf<P>>;
  emit<P extends object>(type: EventType<P>, payload: NoInfer<P>): void;
  /** Registers a tensor of the run's state, namespaced by plugin, in the step and in every checkpoint. */
  state(name: string, init: (rng: Rng) => Tensor): void;
  /** Registers a number that is fed into the compiled step, computed before each step. */
  scalar(name: string, value: (progress: Progress) => number): void;
  onDispose(dispose: () => void | Promise<void>): void;
  readonly log: Logger;
}

export interface Plugin<S extends StandardSchema = StandardSchema> {
  readonly name: string;
  readonly kind: PluginKind;
  readonly apiVersion: number;
  /** Any Standard Schema; built-in plugins use strict zod objects. */
  readonly config: S;
  /** Tokens that some other plugin must provide. */
  readonly needs?: readonly (Token<unknown> | ListToken<unknown>)[];
  setup(host: Host, options: SchemaOutput<S>): void | Promise<void>;
}

/** A plugin, typed by its config schema. */
export const definePlugin = <S extends StandardSchema>(plugin: Plugin<S>): Plugin<S> => plugin;

export type PluginOptions<P> = P extends Plugin<infer S> ? SchemaInput<S> : never;
