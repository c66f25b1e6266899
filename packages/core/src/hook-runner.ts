import { isMochiError, type Hook, type HookKind, type TapOptions } from '@mochi/contract';
import { hookClash, hookFailed, messageOf } from './errors.js';
import { isThenable, withinLimit } from './time-limit.js';

type AnyHandler = (...args: never[]) => unknown;
type Order = 'pre' | 'normal' | 'post';

interface Tap {
  readonly plugin: string;
  /** Its name in errors. */
  readonly label: string;
  readonly order: Order;
  readonly handler: (...args: unknown[]) => unknown;
}

interface Taps {
  readonly kind: HookKind;
  readonly time: 'build' | 'run';
  readonly taps: Tap[];
}

/** What errors call the plugin of an id, e.g. `skip-hardest (sampler.1)`. */
export type Label = (plugin: string) => string;

/** Makes the context that the handlers of one plugin see: state and scalars are namespaced by plugin. */
export type ContextFor<Context> = (plugin: string) => Context;

const RANK: Readonly<Record<Order, number>> = { pre: 0, normal: 1, post: 2 };

/**
 * Calls the handlers that plugins tapped: `pre` first, then those without order, then `post`; in order of registration within each.
 * A handler that fails stops the rest and the caller: MOCHI_HOOK_FAILED, which names plugin and hook and keeps the cause; one that never
 * settles, MOCHI_PLUGIN_TIMEOUT.
 */
export class HookRunner {
  private readonly byName = new Map<string, Taps>();

  /** @param seconds Longest time that a handler of a run hook may take; null: however long. */
  constructor(
    private readonly label: Label = (plugin) => plugin,
    private readonly seconds: number | null = null,
  ) {}

  /** @throws MOCHI_HOOK_CLASH when another hook of the same name has another kind or time. */
  tap<H extends AnyHandler>(plugin: string, hook: Hook<H>, handler: NoInfer<H>, { order }: TapOptions = {}): void {
    const { kind, time } = hook;
    const known = this.byName.get(hook.name) ?? { kind, time, taps: [] };
    if (known.kind !== kind || known.time !== time) throw hookClash(hook.name, `${known.time} ${known.kind}`, `${time} ${kind}`);
    known.taps.push({
      plugin,
      label: this.label(plugin),
      order: order ?? 'normal',
      handler: handler as unknown as Tap['handler'],
    });
    known.taps.sort((a, b) => RANK[a.order] - RANK[b.order]); // stable: registration order stays
    this.byName.set(hook.name, known);
  }

  /** True when something tapped the hook: a caller may skip what only handlers need. */
  has(hook: Hook<AnyHandler>): boolean {
    return this.byName.has(hook.name);
  }

  /** Who runs in which order, for `explain`. */
  list(): { hook: string; kind: HookKind; time: 'build' | 'run'; handlers: { plugin: string; order: Order }[] }[] {
    return [...this.byName].map(([hook, { kind, time, taps }]) => ({
      hook,
      kind,
      time,
      handlers: taps.map(({ plugin, order }) => ({ plugin, order })),
    }));
  }

  /** Calls every handler of a build hook, at trace time. Nothing is awaited: a handler that returns a promise is an error. */
  buildSeries<C>(hook: Hook<(context: C) => void, 'series'>, contextFor: ContextFor<C>): void {
    for (const tap of this.tapsOf(hook)) callNow(hook, tap, [contextFor(tap.plugin)]);
  }

  /** Hands a value from handler to handler of a build hook, at trace time. @returns what the last one returned, or `value` without handlers. */
  buildWaterfall<Value, C>(
    hook: Hook<(value: Value, context: C) => Value, 'waterfall'>,
    value: NoInfer<Value>,
    contextFor: ContextFor<C>,
  ): Value {
    let next: Value = value;
    for (const tap of this.tapsOf(hook)) next = required(hook, tap, callNow(hook, tap, [next, contextFor(tap.plugin)])) as Value;
    return next;
  }

  /** Calls every handler of a run hook, each after the one before it has settled. */
  async runSeries<C>(hook: Hook<(context: C) => void | Promise<void>, 'series'>, contextFor: ContextFor<C>): Promise<void> {
    for (const tap of this.tapsOf(hook)) await this.callAwaited(hook, tap, () => [contextFor(tap.plugin)]);
  }

  /** Hands a value from handler to handler of a run hook. @returns what the last one returned, or `value` without handlers. */
  async runWaterfall<Value, C>(
    hook: Hook<(value: Value, context: C) => Value | Promise<Value>, 'waterfall'>,
    value: NoInfer<Value>,
    contextFor: ContextFor<C>,
  ): Promise<Value> {
    let next: Value = value;
    for (const tap of this.tapsOf(hook))
      next = required(hook, tap, await this.callAwaited(hook, tap, () => [next, contextFor(tap.plugin)])) as Value;
    return next;
  }

  /** Asks handler after handler until one returns something other than undefined. @returns that and who said it, or undefined. */
  async runFirst<Value, C>(
    hook: Hook<(context: C) => Value | undefined | Promise<Value | undefined>, 'first'>,
    contextFor: ContextFor<C>,
  ): Promise<{ value: Value; plugin: string } | undefined> {
    for (const tap of this.tapsOf(hook)) {
      const value = await this.callAwaited(hook, tap, () => [contextFor(tap.plugin)]);
      if (value !== undefined) return { value: value as Value, plugin: tap.plugin };
    }
    return undefined;
  }

  private async callAwaited(hook: Named, { label, handler }: Tap, args: () => unknown[]): Promise<unknown> {
    try {
      return await withinLimit(handler(...args()), this.seconds, label, `hook "${hook.name}"`);
    } catch (cause) {
      if (isMochiError(cause) && cause.code === 'MOCHI_PLUGIN_TIMEOUT') throw cause;
      throw hookFailed(hook.name, label, messageOf(cause), cause);
    }
  }

  // A copy, so that a handler that taps does not change the round that calls it.
  private tapsOf(hook: Hook<AnyHandler>): readonly Tap[] {
    return [...(this.byName.get(hook.name)?.taps ?? [])];
  }
}

interface Named {
  readonly name: string;
}

function callNow(hook: Named, { label, handler }: Tap, args: unknown[]): unknown {
  let result: unknown;
  try {
    result = handler(...args);
  } catch (cause) {
    throw hookFailed(hook.name, label, messageOf(cause), cause);
  }
  if (!isThenable(result)) return result;
  result.then(undefined, () => {}); // its own failure says no more than the error below
  throw hookFailed(
    hook.name,
    label,
    'the handler returned a promise, but a build hook runs while the step is traced and is never awaited',
  );
}

function required(hook: Named, { label }: Tap, value: unknown): unknown {
  if (value === undefined)
    throw hookFailed(hook.name, label, 'the handler returned undefined, but a waterfall handler returns the next value');
  return value;
}
