import { beforeCheckpoint, checkpointSaved } from '@mochi/contract';
import { pruneCheckpoints, writeCheckpoint } from '../checkpoint/write.js';
import { checkpointPath, listCheckpoints } from '../checkpoint/layout.js';
import type { RunParts } from './assemble.js';
import { isBetter } from './early-stopping.js';
import type { TrainingLoop } from './training-loop.js';

export interface SaverOptions {
  /** Null: nothing is written. */
  readonly runDir: string | null;
  /** Steps between two checkpoints, or null when the cadence is in epochs. */
  readonly everySteps: number | null;
  readonly everyEpochs: number | null;
  readonly keep: number;
  /** `evaluator/metric`, or null. */
  readonly best: string | null;
}

/** Decides when a checkpoint is due, writes it, and keeps the latest few and the best. */
export class Saver {
  constructor(
    private readonly parts: RunParts,
    private readonly options: SaverOptions,
  ) {}

  async afterStep(loop: TrainingLoop, epochEnded: boolean): Promise<void> {
    const { everySteps, everyEpochs } = this.options;
    const { step, epoch } = loop.position;
    const due = everySteps !== null ? step % everySteps === 0 : epochEnded && epoch % everyEpochs! === 0;
    if (due) await this.save(loop, 'cadence');
  }

  /** The folder of the newest whole checkpoint, or null. */
  async lastCheckpoint(): Promise<string | null> {
    return this.options.runDir === null ? null : ((await listCheckpoints(this.options.runDir)).at(-1) ?? null);
  }

  async save(loop: TrainingLoop, reason: 'cadence' | 'best' | 'stop' | 'end'): Promise<void> {
    const { runDir, keep } = this.options;
    if (runDir === null) return;
    const started = performance.now();
    await loop.checkFinite(); // a checkpoint is a state to go on from: never one after a failure
    await this.parts.hooks.runSeries(beforeCheckpoint, (id) => loop.context(id));
    loop.checkWhole();
    const kept = this.isBest(loop) && reason === 'cadence' ? 'best' : reason;
    const metrics = Object.fromEntries(Object.entries(loop.results).map(([name, { value }]) => [name, value]));
    const position = { ...loop.position, seconds: loop.seconds };
    const { seed } = this.parts.step;
    const { path, bytes } = await writeCheckpoint(runDir, loop.state, {
      position,
      seed,
      metrics,
      versions: { node: process.versions.node },
    });
    await pruneCheckpoints(runDir, keep, position.best && checkpointPath(runDir, position.best.step));
    const { step, epoch } = position;
    const seconds = (performance.now() - started) / 1000;
    this.parts.bus.emit(checkpointSaved, { path, step, epoch, bytes, reason: kept, seconds });
  }

  /** Whether the named metric is better than ever before; its direction is the one that the evaluator declares. */
  private isBest(loop: TrainingLoop): boolean {
    const measured = this.options.best === null ? undefined : loop.results[this.options.best];
    if (!measured) return false;
    const { best, step } = loop.position;
    const better = isBetter(measured, best?.value ?? null);
    if (better) loop.position.best = { value: measured.value, step };
    return better;
  }
}
