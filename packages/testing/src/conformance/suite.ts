import type { Plugin, Progress } from '@mochi/contract';
import { SECTIONS, startRun, type RunHost, type ServiceOfKind } from '@mochi/core';
import { startTensorFlow } from '@mochi/tensorflow';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, test } from 'vitest';

/** One thing that a plugin of a kind must keep. `run` throws where it does not. */
export interface Check {
  readonly name: string;
  run(): Promise<void> | void;
}

/** Registers the checks as tests of one suite. */
export function registerSuite(plugin: Plugin, kind: string, checks: readonly Check[]): void {
  describe(`${plugin.name} keeps the contract of a ${kind}`, () => {
    beforeAll(async () => void (await startTensorFlow()));
    for (const { name, run } of checks) test(name, () => run());
  });
}

/** Sets the plugin up as the only one of a run and hands over what it provides. Options are checked as those of a config are. */
export async function withService<K extends keyof ServiceOfKind>(
  plugin: Plugin,
  kind: K,
  options: object,
  use: (service: ServiceOfKind[K], host: RunHost) => void | Promise<void>,
): Promise<void> {
  const { section, form } = SECTIONS.find((spec) => spec.kind === kind)!;
  const entry = { name: plugin.name, ...options };
  const host = await startRun({ object: { [section]: form === 'many' ? [entry] : entry }, known: [plugin] });
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
