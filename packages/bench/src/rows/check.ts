import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startOurs, startPeer } from '../peer.js';
import { onGpu, type TrainOptions } from '../options.js';

/** Largest difference between both sides' losses, nats. TF32 has 11 bits. */
const TOLERANCE = onGpu ? 5e-3 : 1e-3;
/** With MoCHi both draw mixtures of their own; over a batch times 1,152 mixtures the mean differs by about this much. */
const TOLERANCE_OF_DRAWS = 2e-2;

/**
 * Both sides compute the loss of the same weights, batch and bank: what is compared must be the same computation.
 *
 * @throws when they differ.
 */
export async function checkLoss(python: string, options: TrainOptions, say: (text: string) => void): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'mochi-bench-'));
  try {
    const given = { ...options, path: join(folder, 'case.safetensors'), compile: false };
    const ours = await lossOf(startOurs('check', given)); // writes the case
    const peer = await lossOf(startPeer(python, 'check', given));
    say(`loss of the same weights, batch and bank: ours ${ours.toFixed(5)}, the peer's ${peer.toFixed(5)} nats`);
    const difference = Math.abs(ours - peer);
    if (!(difference <= (options.mochi ? TOLERANCE_OF_DRAWS : TOLERANCE)))
      throw new Error(`The losses differ by ${difference} nats.`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function lossOf(starting: ReturnType<typeof startOurs>): Promise<number> {
  const side = await starting;
  try {
    return (await side.turn(1)).images;
  } finally {
    await side.end();
  }
}
