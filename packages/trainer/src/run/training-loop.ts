import {
  afterEpoch,
  afterStep,
  beforeEpoch,
  beforeRun,
  beforeStep,
  epochEnd,
  epochStart,
  sampleSkipped,
  shouldStop,
  stepEnd,
  type EvaluationFailure,
  type Progress,
  type RunContext,
  type StateTree,
  type Tensors,
} from '@mochi/contract';
import { disposeTree } from '@mochi/tensorflow';
import type { Position } from '../checkpoint/layout.js';
import { notFinite, samplerFault } from '../errors.js';
import type { BatchFeed, FeedItem } from '../input/index.js';
import type { RunState } from '../step/parts.js';
import type { RunParts } from './assemble.js';
import { filledBy } from './fill-banks.js';
import { dueAfter, evaluate, type Results } from './evaluation.js';
import { afterMeasurement, stopReason } from './early-stopping.js';
import { makeFeeds, phasesAt, rateAt } from './feeds.js';
import { accessState } from './plugin-state.js';
import { StateReaders } from './state-readers.js';
import type { Saver } from './saver.js';
import { EpochMeter } from './epoch-meter.js';
import { StepClock } from './step-clock.js';
import { StepMetrics } from './step-metrics.js';
import { StepRunner } from './step-runner.js';
import { ZeroLossNotice } from './zero-loss.js';

/** Why the loop ended. */
export interface LoopEnd {
  readonly outcome: 'finished' | 'stopped';
  readonly reason: string | null;
}

/**
 * The loop. What happens when, hook by hook and event by event, stands in docs/lifecycle.md, which a test holds to the contract.
 * The loop owns the state's tensors; `dispose` frees them.
 */
export class TrainingLoop {
  private readonly runner: StepRunner;
  private metrics = new StepMetrics({});
  private epoch = new EpochMeter(0);
  private readonly startedMs = performance.now();
  private readonly secondsBefore: number;
  private readonly measuredAt = new Map<string, number>();
  private readonly readers = new StateReaders();
  private readonly zeroLoss: ZeroLossNotice;
  /** Latest results of every evaluator, by `evaluator/metric`. */
  readonly results: Results = {};
  /** Evaluators that threw, in the order in which it happened. */
  readonly failures: EvaluationFailure[] = [];

  constructor(
    private readonly parts: RunParts,
    public state: RunState,
    readonly position: Position,
    private readonly saver: Saver,
    private readonly signal: AbortSignal,
  ) {
    this.runner = new StepRunner(parts.buildStep(), parts.eager, parts.step.precision);
    this.secondsBefore = position.seconds;
    this.zeroLoss = new ZeroLossNotice(parts.bus, parts.step.samplers.map(({ part }) => part.name)); // prettier-ignore
  }

  get progress(): Progress {
    const { step, epoch } = this.position;
    const { stepsPerEpoch, totalSteps, step: parts, batchSize } = this.parts;
    return {
      step,
      epoch,
      epochs: step / stepsPerEpoch,
      stepsPerEpoch,
      totalSteps,
      filled: filledBy(parts, step * batchSize),
    };
  }

  async run(feed: BatchFeed): Promise<LoopEnd> {
    const { hooks, evaluators } = this.parts;
    await hooks.runSeries(beforeRun, (id) => this.context(id));
    if (this.position.step === 0) await this.evaluate(evaluators.filter(({ atStart }) => atStart));
    if (this.position.unmeasured) await this.measureEpoch();
    await this.beginEpoch();
    while (!this.isDone()) {
      const stop = this.signal.aborted ? { value: 'interrupted' } : await hooks.runFirst(shouldStop, (id) => this.context(id));
      if (stop) return { outcome: 'stopped', reason: stop.value };
      const enough = stopReason(this.parts.train.earlyStopping, this.position.stopping);
      if (enough !== null) return { outcome: 'stopped', reason: enough };
      const waited = performance.now();
      const item = await feed.next();
      await this.step(item, performance.now() - waited);
      if (item.last) await this.finishEpoch();
      await this.saver.afterStep(this, item.last);
    }
    await this.checkFinite();
    return { outcome: 'finished', reason: null };
  }

  /** Runs those of the evaluators that have not measured this very state, and keeps their results. */
  async evaluate(evaluators: RunParts['evaluators']): Promise<Results> {
    const which = this.unmeasured(evaluators);
    if (which.length === 0) return {};
    try {
      const { results, failures } = await evaluate(this.parts.evaluation, which, this.state, this.progress, this.signal);
      this.failures.push(...failures);
      for (const { name } of which) this.measuredAt.set(name, this.position.step);
      Object.assign(this.results, results);
      return results;
    } catch (error) {
      if (this.signal.aborted) return {}; // cut short by the signal: the run itself is sound and will be saved
      throw error;
    }
  }

  /** Those of the evaluators that have not measured this very state. */
  unmeasured(evaluators: RunParts['evaluators']): RunParts['evaluators'] {
    return evaluators.filter(({ name }) => this.measuredAt.get(name) !== this.position.step);
  }

  /** Seconds of training over all resumptions. */
  get seconds(): number {
    return this.secondsBefore + (performance.now() - this.startedMs) / 1000;
  }

  /** @throws MOCHI_NOT_FINITE or MOCHI_SAMPLER_OUTPUT when a step since the last check had a loss or gradient that was not finite, or negatives that cannot be. */
  async checkFinite(): Promise<void> {
    this.checkWhole();
    const [failedAt] = await this.state.failedAt.data();
    if (failedAt! < 0) return;
    const fault = this.parts.faults.fault((await this.state.fault.data())[0]!);
    if (fault) throw samplerFault(fault, failedAt!, await this.saver.lastCheckpoint());
    throw notFinite(failedAt!, this.position.epoch, await this.saver.lastCheckpoint());
  }

  dispose(): void {
    disposeTree(this.state);
    this.metrics.dispose();
    this.runner.dispose();
  }

  context(id: string): RunContext {
    const treeOf = () => this.readers.view(id, this.tree);
    return {
      progress: this.progress,
      metrics: () => this.metrics.read(),
      state: accessState(id, () => this.state.plugins[id] ?? ({} as Tensors)),
      get tree() {
        return treeOf();
      },
      signal: this.signal,
    };
  }

  /** Runs the evaluators that are due when an epoch ends, which early stopping counts. What the signal cuts short is done when the run goes on. */
  private async measureEpoch(): Promise<void> {
    const { evaluators, train } = this.parts;
    const due = dueAfter(evaluators, this.position.epoch);
    const measured = (await this.evaluate(due))[train.earlyStopping?.metric ?? ''];
    if (measured) this.position.stopping = afterMeasurement(this.position.stopping, measured, train.earlyStopping!.minDelta);
    this.position.unmeasured = this.unmeasured(due).length > 0;
  }

  /** @throws MOCHI_STATE_FOREIGN where a hook disposed state that is not its plugin's. */
  checkWhole(): void {
    this.readers.check(this.tree);
  }

  private get tree(): StateTree {
    return this.state as unknown as StateTree;
  }

  /** Whether no step is left. */
  isDone(): boolean {
    const { totalSteps, epochLimit } = this.parts;
    return this.position.step >= totalSteps || this.position.epoch >= epochLimit;
  }

  private async step(item: FeedItem, waitMs: number): Promise<void> {
    const { hooks, bus, step: parts, scalars, logEvery } = this.parts;
    const clock = new StepClock();
    await clock.add('hooksMs', () => hooks.runSeries(beforeStep, (id) => this.context(id)));
    this.checkWhole();
    const started = performance.now();
    const { progress } = this;
    const feeds = makeFeeds(parts, scalars, progress);
    const tracedMs = this.runner.traceMs;
    const result = await clock.add('runMs', () => this.runner.run(this.state, item.batch, feeds, phasesAt(parts, progress)));
    this.state = result.state;
    this.metrics.dispose();
    disposeTree(feeds);
    disposeTree(item.batch);
    this.metrics = new StepMetrics(result.metrics);
    this.advance(item);
    await clock.add('hooksMs', () => hooks.runSeries(afterStep, (id) => this.context(id)));
    const stepMs = performance.now() - started + waitMs;
    const images = item.batch.ids.shape[0];
    this.epoch.addStep(images, waitMs);
    const event = { step: progress.step + 1, epoch: progress.epoch, rate: rateAt(parts, progress), stepMs, waitMs, images };
    const due = progress.step === 0 || event.step % logEvery === 0 || item.last || this.isDone() || this.metrics.wereRead;
    const logged = due ? await clock.add('readMs', () => this.readMetrics()) : {};
    bus.emit(stepEnd, { ...event, times: clock.times(this.runner.traceMs - tracedMs), ...logged });
  }

  private advance(item: FeedItem): void {
    const { bus } = this.parts;
    for (const skipped of item.skipped) bus.emit(sampleSkipped, skipped);
    Object.assign(this.position, {
      step: this.position.step + 1,
      sample: item.position,
      skipped: item.totals.skipped,
      seen: item.totals.seen,
    });
  }

  private async readMetrics(): Promise<{ lossNats: number; metrics: Record<string, number> }> {
    await this.checkFinite();
    const { loss, ...metrics } = await this.metrics.read();
    this.epoch.addLoss(loss!);
    this.zeroLoss.look(this.position.step, loss!);
    // NaN is how a metric says that it was not measured at this step.
    const measured = Object.fromEntries(Object.entries(metrics).filter(([, value]) => !Number.isNaN(value)));
    return { lossNats: loss!, metrics: measured };
  }

  private async beginEpoch(): Promise<void> {
    const { step, epoch, skipped } = this.position;
    this.epoch = new EpochMeter(skipped);
    this.parts.bus.emit(epochStart, { epoch, step });
    await this.parts.hooks.runSeries(beforeEpoch, (id) => this.context(id));
  }

  private async finishEpoch(): Promise<void> {
    const { hooks, bus } = this.parts;
    const { step, epoch, skipped } = this.position;
    const measured = this.epoch.end(skipped);
    Object.assign(this.position, { epoch: epoch + 1, sample: 0 });
    await hooks.runSeries(afterEpoch, (id) => this.context(id));
    bus.emit(epochEnd, { epoch, step, ...measured });
    await this.measureEpoch();
    if (!this.isDone()) await this.beginEpoch();
  }
}
