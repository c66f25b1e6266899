import { basename, join, resolve } from 'node:path';
import type { RunOrigin } from '@mochi/contract';
import { coreSchemas } from '@mochi/core';
import { ENVIRONMENT_FILE, importedWeights, namedWeights, ownVersion, readJson, type Beginning } from '@mochi/trainer';
import type { OpenedEncoder } from '../open-encoder.js';

/** Of this version or an earlier one. */
type Recorded = Partial<Beginning> & { readonly mochi?: string | null };

/** What every run is called that was given no name. */
const UNNAMED = coreSchemas.name.parse(undefined);

/** The origin of the weights that were opened, as their run recorded it, or as the config says that was opened. */
export async function originOf({ host, encoder, position, checkpoint, config }: OpenedEncoder): Promise<RunOrigin> {
  const { step, epoch } = position;
  const given = host.config.name === UNNAMED ? null : host.config.name;
  if (checkpoint === null) {
    const [mochi, initialWeights] = [await ownVersion(), await importedWeights(config)];
    return { name: given ?? encoder.name, mochi, begun: null, initialWeights, step, epoch };
  }
  const runDir = resolve(checkpoint, '..', '..');
  const recorded = await readJson<Recorded>(join(runDir, ENVIRONMENT_FILE)).catch((): Recorded => ({}));
  const { mochi = null, begun = null, initialWeights = namedWeights(config) } = recorded;
  return { name: given ?? basename(runDir), mochi, begun, initialWeights, step, epoch };
}
