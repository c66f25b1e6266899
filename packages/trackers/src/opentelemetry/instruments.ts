import type { Attributes, Meter } from '@opentelemetry/api';

/** Where a run's numbers go. Units as UCUM writes them: s, By, {image}. */
export interface Instruments {
  step(seconds: number, waitSeconds: number, images: number): void;
  /** Loss, and metrics of the step and of evaluators, by name. */
  value(name: string, value: number, unit: string): void;
  skipped(): void;
  checkpoint(bytes: number): void;
}

/** Makes the instruments of a run. @param run Attributes of every measurement. */
export function createInstruments(meter: Meter, run: Attributes): Instruments {
  const stepSeconds = meter.createHistogram('mochi.step.duration', { unit: 's', description: 'time from one step to the next' });
  const waitSeconds = meter.createHistogram('mochi.step.wait', { unit: 's', description: 'time that a step waited for data' });
  const images = meter.createCounter('mochi.images', { unit: '{image}', description: 'images trained on' });
  const skipped = meter.createCounter('mochi.images.skipped', { unit: '{image}', description: 'images that could not be read' });
  const checkpointBytes = meter.createCounter('mochi.checkpoint.size', {
    unit: 'By',
    description: 'bytes of checkpoints written',
  });
  const gauges = new Map<string, ReturnType<Meter['createGauge']>>();
  const gauge = (name: string, unit: string) => {
    const known = gauges.get(name) ?? meter.createGauge(name, { unit });
    gauges.set(name, known);
    return known;
  };
  return {
    step(seconds, wait, count) {
      stepSeconds.record(seconds, run);
      waitSeconds.record(wait, run);
      images.add(count, run);
    },
    value: (name, value, unit) => gauge(`mochi.${name}`, unit).record(value, run),
    skipped: () => skipped.add(1, run),
    checkpoint: (bytes) => checkpointBytes.add(bytes, run),
  };
}
