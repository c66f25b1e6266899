import { checkpointSaved, epochStart, runEnd, sampleSkipped, stepEnd, type RunEvent } from '@mochi/contract';
import { metrics, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { Subject } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import { at, shortRun } from '../../test/events.js';
import { openTelemetryConfig } from './config.js';
import { OpenTelemetryTracker } from './opentelemetry-tracker.js';

/** OpenTelemetry takes small times for times since the process began. */
const T0 = 1_800_000_000_000;
const spans = new InMemorySpanExporter();
const exported = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
afterEach(() => {
  trace.disable();
  metrics.disable();
  spans.reset();
  exported.reset();
});

/** Registers an SDK as a service would. @returns reads what was recorded. */
function registerSdk() {
  trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }));
  const meters = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter: exported })] });
  metrics.setGlobalMeterProvider(meters);
  return async () => {
    await meters.forceFlush();
    const found = exported.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    return new Map(found.map((metric) => [metric.descriptor.name, { unit: metric.descriptor.unit, ...metric.dataPoints[0]! }]));
  };
}

async function watch(events: readonly RunEvent[], options: object = {}): Promise<readonly ReadableSpan[]> {
  const subject = new Subject<RunEvent>();
  const tracker = new OpenTelemetryTracker(openTelemetryConfig.parse(options));
  await tracker.start({ name: 'a', runDir: null, config: {} });
  tracker.record(subject);
  for (const event of events) subject.next({ ...event, time: T0 + event.time });
  await tracker.close();
  expect(subject.observed).toBe(false);
  return spans.getFinishedSpans();
}

const msOf = ({ startTime, endTime }: ReadableSpan) =>
  [startTime, endTime].map(([s, ns]) => Math.round(s * 1000 + ns / 1e6 - T0));

test('a run is a span with children for epochs, evaluation and checkpoint, at the times of the events', async () => {
  registerSdk();
  const found = await watch(shortRun());
  const run = found.find(({ name }) => name === 'mochi.run')!;
  expect(run.attributes).toMatchObject({
    'mochi.run': 'a',
    'mochi.outcome': 'finished',
    'mochi.steps': 6,
    'mochi.parameters': 1_234_567,
  });
  const children = found.filter(({ parentSpanContext }) => parentSpanContext?.spanId === run.spanContext().spanId);
  expect(children.map(({ name }) => name)).toEqual(['mochi.epoch', 'mochi.epoch', 'mochi.evaluation', 'mochi.checkpoint']);
  expect(children).toHaveLength(found.length - 1);
  expect(children[2]!.attributes).toMatchObject({ 'mochi.evaluator': 'knn', 'mochi.top1': 61.238 });
  expect(msOf(children[0]!)).toEqual([1000, 1600]);
  expect(msOf(children[2]!)).toEqual([1100, 2300]); // it took 1.2 s
});

test('numbers are metrics with units: steps, images, loss, results', async () => {
  const read = registerSdk();
  await watch([...shortRun(), at(0, sampleSkipped, { sample: 'x.jpg', reason: 'broken' })]);
  const found = await read();
  expect(found.get('mochi.images')).toMatchObject({ unit: '{image}', value: 6 * 64, attributes: { 'mochi.run': 'a' } });
  expect(found.get('mochi.step.duration')).toMatchObject({ unit: 's', value: { count: 6 } });
  expect((found.get('mochi.step.wait')!.value as { sum: number }).sum).toBeCloseTo(6 * 0.05);
  expect(found.get('mochi.loss')).toMatchObject({ unit: 'nat', value: 6.5 });
  expect(found.get('mochi.eval.knn.top1')).toMatchObject({ unit: '%', value: 61.238 });
  expect(found.get('mochi.checkpoint.size')).toMatchObject({ unit: 'By', value: 4_200_000 });
  expect(found.get('mochi.images.skipped')).toMatchObject({ value: 1 });
});

test('a span for every step where asked', async () => {
  registerSdk();
  const step = at(2000, stepEnd, { step: 1, epoch: 0, rate: 0.1, stepMs: 200, waitMs: 0, images: 4 });
  expect((await watch([step])).filter(({ name }) => name === 'mochi.step')).toHaveLength(0);
  spans.reset();
  const [found] = (await watch([step], { steps: true })).filter(({ name }) => name === 'mochi.step');
  expect(msOf(found!)).toEqual([1800, 2000]);
});

test('a run that fails is a span in error; one that is cut short is ended', async () => {
  registerSdk();
  const failed = await watch([
    at(1, epochStart, { epoch: 0, step: 0 }),
    at(2, runEnd, { step: 0, epoch: 0, seconds: 1, outcome: 'failed', reason: 'not finite' }),
  ]);
  expect(failed.find(({ name }) => name === 'mochi.run')!.status).toEqual({ code: SpanStatusCode.ERROR, message: 'not finite' });
  spans.reset();
  const cut = await watch([at(1, epochStart, { epoch: 0, step: 0 })]);
  expect(cut.map(({ name }) => name)).toEqual(['mochi.epoch', 'mochi.run']);
});

test('without an SDK nothing is recorded and nothing fails', async () => {
  const checkpoint = at(5, checkpointSaved, { path: '/a', step: 1, epoch: 0, bytes: 1, reason: 'end' });
  expect(await watch([...shortRun(), checkpoint])).toEqual([]);
});
