import { join } from 'node:path';
import { warning } from '@mochi/contract';
import { heldOutSplit } from '@mochi/core';
import { CONFIG_FILE, fingerprintOf, readJson, recordedData, sameImages } from '@mochi/trainer';
import { openRun, type ConfigInput } from './open-run.js';
import type { OpenedRun } from './open-trained.js';

/**
 * Warns where the data of a run are split otherwise than when it was trained, so that what is held out now is not new to it. Images are known by
 * their names; without the data of the run they cannot be counted.
 */
export async function warnOfTrainedOn({ checkpoint, parts, host }: OpenedRun): Promise<void> {
  const { dataset, source, evaluation } = parts;
  const runDir = checkpoint === null ? null : join(checkpoint, '..', '..');
  const recorded = runDir === null ? null : await recordedData(runDir);
  if (recorded === null || recorded.dataset !== dataset.name || recorded.split !== source.name) return;
  if (sameImages(recorded, await fingerprintOf(dataset, source))) return;
  const split = await heldOutSplit(dataset, evaluation.trainSplit, false);
  if (split === undefined) return;
  const trained = await trainedNames(join(runDir!, CONFIG_FILE), recorded);
  const heldOut = await dataset.split(split);
  const known = trained && countWhere(heldOut.length, (at) => trained.has(heldOut.describe(at)));
  if (known === 0) return;
  const which =
    known === null
      ? `images of ${split} may be among those`
      : `${known} of ${heldOut.length} images of ${split} have the names of those`;
  const message = `${which} that the run was trained on: its training split was another (data.holdout, data.holdoutSeed or the images differ)`;
  host.bus.emit(warning, { source: 'evaluate', message });
}

/** Null where the data are no longer what the run was trained on. */
async function trainedNames(configFile: string, recorded: NonNullable<Awaited<ReturnType<typeof recordedData>>>) {
  const host = await openRun(await readJson<Exclude<ConfigInput, string>>(configFile)).catch(() => null);
  try {
    const dataset = host?.one('data');
    const source = await dataset?.split(recorded.split).catch(() => undefined);
    if (!dataset || !source || !sameImages(recorded, await fingerprintOf(dataset, source))) return null;
    return new Set(Array.from({ length: source.length }, (_, at) => source.describe(at)));
  } finally {
    await host?.dispose();
  }
}

function countWhere(length: number, holds: (at: number) => boolean): number {
  let count = 0;
  for (let at = 0; at < length; at++) if (holds(at)) count++;
  return count;
}
