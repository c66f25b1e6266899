import {
  warning,
  type EventOf,
  type EventType,
  type Hook,
  type Host,
  type ListToken,
  type Logger,
  type Provided,
  type TapOptions,
  type Token,
} from '@mochi/contract';
import type { Observable } from 'rxjs';
import { injectTooEarly, setupOver, stateTaken } from '../errors.js';
import type { EventBus } from '../event-bus.js';
import type { HookRunner } from '../hook-runner.js';
import type { Registry } from '../plugins/registry.js';
import type { Services } from '../services.js';
import { requireFields } from './service-fields.js';
import { usePlugin, type OwnEntry } from './use-plugin.js';

/** Makes a tensor of the run's state. */
export type StateInit = Parameters<Host['state']>[1];
/** Computes a number that is fed into the step. */
export type ScalarValue = Parameters<Host['scalar']>[1];

/** What the plugins of a run register, each under the id of its entry. */
export interface RunParts {
  readonly services: Services;
  readonly hooks: HookRunner;
  readonly bus: EventBus;
  /** By plugin id, then by name. */
  readonly states: Map<string, Map<string, StateInit>>;
  readonly scalars: Map<string, Map<string, ScalarValue>>;
  /** In order of registration. */
  readonly disposals: { readonly plugin: string; readonly dispose: () => void | Promise<void> }[];
  /** Where plugins' remarks go; without it their warnings are events. */
  readonly log: Logger | undefined;
  /** How long a plugin may take to free what it holds, seconds; null: however long. */
  readonly pluginSeconds: number | null;
  /** The plugins that are known, for those that a plugin uses for itself. */
  readonly registry: Registry;
  /** What errors call the plugin of an id. */
  readonly label: (id: string) => string;
}

/** The contract's Host for one entry of the config. Everything goes to the run's parts under the entry's id. */
export class PluginHost implements Host {
  readonly log: Logger;
  private settingUp = true;
  private sealed = false;

  constructor(
    private readonly id: string,
    private readonly parts: RunParts,
  ) {
    const { log, bus } = parts;
    this.log = log
      ? { info: (message) => log.info(`[${id}] ${message}`), warn: (message) => log.warn(`[${id}] ${message}`) }
      : { info: () => {}, warn: (message) => bus.emit(warning, { source: id, message }) };
  }

  /** From now on nothing is provided or registered: the plugin's own setup is over. */
  seal(): void {
    this.sealed = true;
  }

  /** From now on services may be injected: every plugin is set up. */
  open(): void {
    this.settingUp = false;
  }

  provide<T>(token: Token<T> | ListToken<T>, make: NoInfer<() => T>): void {
    this.requireSetup(`provide of "${token.name}"`);
    this.parts.services.provide(token, () => requireFields(token, make(), this.parts.label(this.id)), this.id);
  }

  provideClass<T>(token: Token<T> | ListToken<T>, type: new (...args: never[]) => NoInfer<T>): void {
    this.requireSetup(`provideClass of "${token.name}"`);
    this.parts.services.provideClass(token, type, this.id);
  }

  inject<T>(token: Token<T>): T {
    this.requireOpen(token.name);
    return this.parts.services.inject(token);
  }

  injectAll<T>(token: ListToken<T>): T[] {
    this.requireOpen(token.name);
    return this.parts.services.injectAll(token);
  }

  provided<T>(token: ListToken<T>): Provided<T>[] {
    this.requireOpen(token.name);
    return this.parts.services.provided(token);
  }

  use<T>(token: ListToken<T>, entry: OwnEntry): Promise<T> {
    return usePlugin(this.parts, this.id, token, entry, (id, parts) => new PluginHost(id, parts));
  }

  tap<H extends (...args: never[]) => unknown>(hook: Hook<H>, handler: NoInfer<H>, options?: TapOptions): void {
    this.parts.hooks.tap(this.id, hook, handler, options);
  }

  events<P extends object>(type: EventType<P>): Observable<EventOf<P>> {
    return this.parts.bus.events(type, this.parts.label(this.id));
  }

  emit<P extends object>(type: EventType<P>, payload: NoInfer<P>): void {
    this.parts.bus.emit(type, payload);
  }

  state(name: string, init: StateInit): void {
    register(this.parts.states, this.parts.label, this.id, name, init, 'state');
  }

  scalar(name: string, value: ScalarValue): void {
    register(this.parts.scalars, this.parts.label, this.id, name, value, 'scalar');
  }

  onDispose(dispose: () => void | Promise<void>): void {
    this.parts.disposals.push({ plugin: this.id, dispose });
  }

  private requireSetup(call: string): void {
    if (this.sealed) throw setupOver(this.parts.label(this.id), call);
  }

  private requireOpen(token: string): void {
    if (this.settingUp) throw injectTooEarly(this.parts.label(this.id), token);
  }
}

function register<T>(
  into: Map<string, Map<string, T>>,
  label: (id: string) => string,
  plugin: string,
  name: string,
  value: T,
  what: 'state' | 'scalar',
): void {
  const own = into.get(plugin) ?? new Map<string, T>();
  if (own.has(name)) throw stateTaken(label(plugin), what, name);
  own.set(name, value);
  into.set(plugin, own);
}
