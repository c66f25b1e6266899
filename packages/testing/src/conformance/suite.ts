import { isMochiError, type Plugin, type Progress } from '@mochi/contract';
import { SECTIONS, startRun, type RunHost, type ServiceOfKind } from '@mochi/core';
import * as tf from '@tensorflow/tfjs-core';
import { require } from './compare.js';

/** One thing that a plugin of a kind must keep. `run` throws where it does not. */
export interface Check {
  readonly name: string;
  run(): Promise<void> | void;
}

/** What a plugin tells the user in a suite is of no interest. */
const SILENT = { info: () => {}, warn: () => {} };

/** Sets the plugin up as the only one of a run and hands over what it provides. Options are checked as those of a config are. */
export async function withService<K extends keyof ServiceOfKind>(
  plugin: Plugin,
  kind: K,
  options: object,
  use: (service: ServiceOfKind[K], host: RunHost) => void | Promise<void>,
): Promise<void> {
  const { section, form } = SECTIONS.find((spec) => spec.kind === kind)!;
  const entry = { name: plugin.name, ...options };
  const host = await startRun({ object: { [section]: form === 'many' ? [entry] : entry }, known: [plugin], log: SILENT });
  try {
    await use(host.one(kind), host);
  } finally {
    await host.dispose();
  }
}

/**
 * Runs a check and disposes what it leaves behind, which is its own: leaks of the plugin are for the check about leaks.
 *
 * @param where What the check looks at, e.g. `phase full`: put before the text of its failure.
 */
export function inScope(run: () => void, where?: string): void {
  tf.engine().startScope();
  try {
    run();
  } catch (error) {
    if (where === undefined) throw error;
    throw new Error(`${where}: ${(error as Error).message}`, { cause: error });
  } finally {
    tf.engine().endScope();
  }
}

/** A progress of a run of 200 epochs of 100 steps. */
export const progressAt = (step: number, filled: number): Progress => ({
  step,
  epoch: Math.floor(step / 100),
  epochs: step / 100,
  stepsPerEpoch: 100,
  totalSteps: 20_000,
  filled,
});

/** Why a run with these options does not start; undefined where it does. */
export async function refusal(plugin: Plugin, kind: keyof ServiceOfKind, options: object): Promise<unknown> {
  try {
    await withService(plugin, kind, options, () => undefined);
    return undefined;
  } catch (error) {
    return error;
  }
}

/** A misspelt option must not pass for a default. */
export const refusesUnknown = (plugin: Plugin, kind: keyof ServiceOfKind, options: object): Check => ({
  name: 'an option that it does not have is refused with a code',
  async run() {
    const error = await refusal(plugin, kind, { ...options, noSuchOption: 1 });
    require(error !==
      undefined, 'the option noSuchOption is taken: a misspelt option would pass for a default (use z.strictObject)');
    require(isMochiError(error), `a wrong option fails without a code: ${(error as Error).message}`);
  },
});

/** e.g. `TypeError: x is not a function`. */
export const textOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : JSON.stringify(error);

/** What was thrown, or undefined. */
export const thrownBy = async (call: () => unknown): Promise<unknown> => {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
};

/** Throws unless the promise settles in time. @param what e.g. `close()`. */
export async function settles<T>(promise: Promise<T>, seconds: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} has not settled after ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
