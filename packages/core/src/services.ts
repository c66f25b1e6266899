import 'reflect-metadata';
import { container as root } from 'tsyringe';
import { isMochiError, type ListToken, type MochiError, type Provided, type Token } from '@mochi/contract';
import type { Label } from './hook-runner.js';
import { serviceFailed, tokenCycle, tokenMissing, tokenTaken } from './errors.js';

type AnyToken<T> = Token<T> | ListToken<T>;
type Class<T> = new (...args: never[]) => T;

/** One factory of a service and who registered it. */
export interface Provider<T = unknown> {
  /** Id of the plugin, e.g. `sampler.1`. */
  readonly plugin: string;
  /** The instance: made at the first call, the same ever after. */
  get(): T;
}

interface Entry {
  readonly token: AnyToken<unknown>;
  readonly providers: Provider[];
}

export interface ServicesOptions {
  /** What could provide a token, to be named when nothing does, e.g. `known plugins of kind bank: fifo`. */
  readonly hint?: (token: string) => string | undefined;
  /** What errors call the plugin of an id. Default: the id. */
  readonly label?: Label;
}

/**
 * One run's services. tsyringe stays behind this class: plugins see typed tokens, and decorators only if they want them.
 * Tokens are equal when their names are, so that two copies of a plugin's package still meet; names are the injection keys of decorated classes.
 */
export class Services {
  private readonly container = root.createChildContainer(); // a child, so that two runs share nothing
  private readonly entries = new Map<string, Entry>();
  /** Providers at work, outermost first: a token that comes up twice is a cycle. */
  private readonly making: { readonly plugin: string; readonly token: string; failure?: MochiError | undefined }[] = [];

  constructor(private readonly options: ServicesOptions = {}) {}

  /**
   * Registers a factory, called once, when the service is first needed.
   *
   * @throws MOCHI_TOKEN_TAKEN when a `Token` has a provider already; a `ListToken` takes any number.
   */
  provide<T>(token: AnyToken<T>, make: NoInfer<() => T>, plugin: string): void {
    const entry = this.entries.get(token.name) ?? { token, providers: [] };
    const first = entry.providers[0];
    if (first && (token.kind === 'one' || entry.token.kind === 'one'))
      throw tokenTaken(token.name, this.label(first.plugin), this.label(plugin));
    const get = this.once(token.name, plugin, make);
    entry.providers.push({ plugin, get });
    this.entries.set(token.name, entry);
    this.container.register(token.name, { useFactory: get });
  }

  /** Registers a class decorated with `@injectable()`; its constructor asks for services by `@inject(token.name)` or `@injectAll(token.name)`. */
  provideClass<T>(token: AnyToken<T>, type: Class<NoInfer<T>>, plugin: string): void {
    this.provide(token, () => this.construct(type as unknown as new () => T, plugin), plugin);
  }

  /** @throws MOCHI_TOKEN_MISSING when nothing provides it. */
  inject<T>(token: Token<T>): T {
    const [provider] = this.providers(token);
    if (!provider) throw this.missing(token.name);
    return provider.get();
  }

  /** Instances in order of registration; none is no error. */
  injectAll<T>(token: ListToken<T>): T[] {
    return this.providers(token).map((provider) => provider.get());
  }

  /** The same, each with the plugin that provides it. */
  provided<T>(token: ListToken<T>): Provided<T>[] {
    return this.providers(token).map(({ plugin, get }) => ({ plugin, label: this.label(plugin), service: get() }));
  }

  has(token: AnyToken<unknown>): boolean {
    return this.entries.has(token.name);
  }

  /** Who provides a token, in order of registration. Makes nothing. */
  providers<T>(token: AnyToken<T>): readonly Provider<T>[] {
    return (this.entries.get(token.name)?.providers ?? []) as Provider<T>[];
  }

  /** Every service with its providers, for `explain`. */
  list(): { token: string; kind: 'one' | 'list'; plugins: string[] }[] {
    return [...this.entries.values()].map(({ token, providers }) => ({
      token: token.name,
      kind: token.kind,
      plugins: providers.map(({ plugin }) => plugin),
    }));
  }

  /** The error for a token that nothing provides. */
  missing(token: string, neededBy?: string): MochiError {
    const provided = [...this.entries.keys()];
    const plugin = neededBy ?? this.making.at(-1)?.plugin;
    return tokenMissing(token, { neededBy: plugin && this.label(plugin), hint: this.options.hint?.(token), provided });
  }

  async dispose(): Promise<void> {
    await this.container.dispose();
  }

  private label(plugin: string): string {
    return this.options.label?.(plugin) ?? plugin;
  }

  private cycle(frames: readonly { token: string; plugin: string }[]): MochiError {
    return tokenCycle(frames.map(({ token, plugin }) => ({ token, plugin: this.label(plugin) })));
  }

  private once<T>(token: string, plugin: string, make: () => T): () => T {
    let made: { readonly value: T } | undefined;
    return () => (made ??= { value: this.make(token, plugin, make) }).value;
  }

  private make<T>(token: string, plugin: string, make: () => T): T {
    const start = this.making.findIndex((frame) => frame.token === token && frame.plugin === plugin);
    if (start >= 0) throw this.noted(this.cycle([...this.making.slice(start), { token, plugin }]));
    this.making.push({ token, plugin });
    try {
      return make();
    } catch (error) {
      throw this.noted(isMochiError(error) ? error : serviceFailed(token, this.label(plugin), error));
    } finally {
      this.making.pop();
    }
  }

  // tsyringe turns an error from below into text. Whoever catches that text finds the error itself in the frame that asked.
  private noted(error: MochiError): MochiError {
    for (const frame of this.making) frame.failure = error;
    return error;
  }

  private construct<T>(type: new () => T, plugin: string): T {
    const frame = this.making.at(-1)!; // construct is called by make alone
    frame.failure = undefined;
    try {
      return this.container.resolve(type);
    } catch (error) {
      const below = frame.failure as MochiError | undefined;
      if (below) throw below;
      const [, token] = /unregistered dependency token: "(.*)"/.exec(error instanceof Error ? error.message : '') ?? [];
      throw token === undefined ? error : this.missing(token, plugin);
    }
  }
}
