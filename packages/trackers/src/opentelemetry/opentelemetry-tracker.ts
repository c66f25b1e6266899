import {
  isEvent,
  checkpointSaved,
  epochEnd,
  epochStart,
  evaluationEnd,
  runEnd,
  runStart,
  sampleSkipped,
  stepEnd,
  warning,
  type EventType,
  type RunEvent,
  type RunInfo,
  type Tracker,
} from '@mochi/contract';
import type * as OpenTelemetry from '@opentelemetry/api';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import type { Observable, Subscription } from 'rxjs';
import type { OpenTelemetryConfig } from './config.js';
import { createInstruments, type Instruments } from './instruments.js';

/**
 * A run as a span (`mochi.run`) with children for epochs, evaluations and checkpoints, and its numbers as metrics. It speaks to OpenTelemetry's API
 * only: where the process registered no SDK, nothing is recorded and nothing fails.
 */
export class OpenTelemetryTracker implements Tracker {
  private api: typeof OpenTelemetry | undefined; // loaded late: few runs need it
  private tracer: Tracer | undefined;
  private instruments: Instruments | undefined;
  private run: Span | undefined;
  private epoch: Span | undefined;
  private subscription: Subscription | undefined;
  private name = '';

  constructor(private readonly options: OpenTelemetryConfig) {}

  async start({ name }: RunInfo): Promise<void> {
    this.api = await import('@opentelemetry/api');
    this.tracer = this.api.trace.getTracer(this.options.scope);
    this.name = name;
    this.instruments = createInstruments(this.api.metrics.getMeter(this.options.scope), { 'mochi.run': name });
    // A child of what the caller has open, if anything.
    this.run = this.tracer.startSpan('mochi.run', { attributes: { 'mochi.run': name } });
  }

  record(events: Observable<RunEvent>): void {
    this.subscription = events.subscribe((event) => this.see(event));
  }

  async close(): Promise<void> {
    this.subscription?.unsubscribe();
    this.epoch?.end();
    this.run?.end();
    this.subscription = this.epoch = this.run = undefined;
  }

  private see(event: RunEvent): void {
    if (isEvent(stepEnd, event)) this.seeStep(event);
    else if (isEvent(epochStart, event)) this.epoch = this.child('mochi.epoch', event.time, { 'mochi.epoch': event.epoch });
    else if (isEvent(epochEnd, event)) this.endEpoch(event);
    else if (isEvent(evaluationEnd, event)) this.seeEvaluation(event);
    else if (isEvent(checkpointSaved, event)) this.seeCheckpoint(event);
    else if (isEvent(sampleSkipped, event)) this.instruments?.skipped();
    else if (isEvent(warning, event)) this.run?.addEvent('warning', { source: event.source, message: event.message }, event.time);
    else if (isEvent(runStart, event)) this.run?.setAttributes(numbersOf(event));
    else if (isEvent(runEnd, event)) this.endRun(event);
  }

  private seeStep(event: PayloadOf<typeof stepEnd>): void {
    const { step, stepMs, waitMs, images, rate, lossNats, metrics: named = {}, time } = event;
    this.instruments?.step(stepMs / 1000, waitMs / 1000, images);
    this.instruments?.value('rate', rate, '1');
    if (lossNats !== undefined) this.instruments?.value('loss', lossNats, 'nat');
    for (const [name, value] of Object.entries(named)) this.instruments?.value(`step.${name}`, value, '1');
    if (this.options.steps) this.child('mochi.step', time - stepMs, { 'mochi.step': step })?.end(time);
  }

  private endEpoch({ time, lossNats, imagesPerSecond, skipped }: PayloadOf<typeof epochEnd>): void {
    this.epoch?.setAttributes({ 'mochi.loss': lossNats, 'mochi.images_per_second': imagesPerSecond, 'mochi.skipped': skipped });
    this.epoch?.end(time);
    this.epoch = undefined;
  }

  private seeEvaluation({ evaluator, time, seconds, metrics: found, step }: PayloadOf<typeof evaluationEnd>): void {
    const attributes: Attributes = { 'mochi.evaluator': evaluator, 'mochi.step': step };
    for (const [name, { value, unit }] of Object.entries(found)) {
      this.instruments?.value(`eval.${evaluator}.${name}`, value, unit);
      attributes[`mochi.${name}`] = value;
    }
    this.child('mochi.evaluation', time - seconds * 1000, attributes)?.end(time);
  }

  private seeCheckpoint({ path, bytes, reason, step, time, seconds = 0 }: PayloadOf<typeof checkpointSaved>): void {
    this.instruments?.checkpoint(bytes);
    const attributes = { 'mochi.path': path, 'mochi.bytes': bytes, 'mochi.reason': reason, 'mochi.step': step };
    this.child('mochi.checkpoint', time - seconds * 1000, attributes)?.end(time);
  }

  private endRun({ outcome, reason, step, time }: PayloadOf<typeof runEnd>): void {
    this.run?.setAttributes({ 'mochi.outcome': outcome, 'mochi.steps': step });
    if (outcome === 'failed') this.run?.setStatus({ code: this.api!.SpanStatusCode.ERROR, message: reason ?? 'failed' });
    this.epoch?.end(time);
    this.run?.end(time);
    this.epoch = this.run = undefined;
  }

  private child(name: string, startTime: number, attributes: Attributes): Span | undefined {
    if (!this.api) return undefined; // never started
    const active = this.api.context.active();
    const parent = this.run ? this.api.trace.setSpan(active, this.run) : active;
    return this.tracer?.startSpan(name, { startTime, attributes: { 'mochi.run': this.name, ...attributes } }, parent);
  }
}

type PayloadOf<E> = E extends EventType<infer P> ? P & { readonly time: number } : never;

const numbersOf = ({ totalSteps, totalEpochs, parameters }: PayloadOf<typeof runStart>): Attributes => ({
  'mochi.total_steps': totalSteps,
  'mochi.total_epochs': totalEpochs,
  'mochi.parameters': parameters,
});
