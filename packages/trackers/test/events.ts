import { Writable } from 'node:stream';
import {
  checkpointSaved,
  epochEnd,
  epochStart,
  evaluationEnd,
  runEnd,
  runStart,
  stepEnd,
  type EventType,
  type RunEvent,
} from '@mochi/contract';

/** An event as the bus makes it. @param time ms since 1970. */
export const at = <P extends object>(time: number, type: EventType<P>, payload: P): RunEvent => ({
  ...payload,
  type: type.type,
  time,
});

const knn = { top1: { value: 61.238, unit: '%', better: 'higher' as const } };
const settings = { k: 200, temperature: 0.07, layer: 'backbone', split: null };

/** A run of two epochs of three steps: 200 ms a step, of which 50 ms are spent waiting, 64 images each. */
export function shortRun(): RunEvent[] {
  const events = [
    at(0, runStart, {
      runDir: '/runs/a',
      name: 'a',
      totalSteps: 6,
      totalEpochs: 2,
      stepsPerEpoch: 3,
      parameters: 1_234_567,
      resumedFrom: null,
    }),
  ];
  for (let step = 1; step <= 6; step++) {
    const epoch = Math.floor((step - 1) / 3);
    const time = 1000 + 200 * step;
    if (step % 3 === 1) events.push(at(time - 200, epochStart, { epoch, step: step - 1 }));
    const logged = step % 2 === 0 ? { lossNats: 8 - step / 4, metrics: {} } : {};
    events.push(at(time, stepEnd, { step, epoch, rate: 0.03, stepMs: 200, waitMs: 50, images: 64, ...logged }));
    if (step % 3 === 0)
      events.push(
        at(time, epochEnd, { epoch, step, lossNats: 7.25, seconds: 0.6, imagesPerSecond: 320, skipped: 0, waitShare: 0.25 }),
      );
  }
  events.push(at(2300, evaluationEnd, { evaluator: 'knn', step: 6, epoch: 2, seconds: 1.2, metrics: knn, settings }));
  events.push(at(2400, checkpointSaved, { path: '/runs/a/last', step: 6, epoch: 2, bytes: 4_200_000, reason: 'end' }));
  events.push(at(2500, runEnd, { step: 6, epoch: 2, seconds: 2.5, outcome: 'finished', reason: null }));
  return events;
}

/** A stream that keeps what is written to it, a terminal if asked. */
export class Screen extends Writable {
  text = '';
  writes = 0;
  constructor(
    readonly isTTY = false,
    readonly columns = 100,
    readonly rows = 30,
  ) {
    super({ decodeStrings: false });
  }

  override _write(chunk: string | Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.text += chunk.toString();
    this.writes++;
    done();
  }
}

/** A stream whose reader has gone: each write fails. */
export class BrokenPipe extends Writable {
  override _write(_chunk: unknown, _encoding: string, done: (error?: Error | null) => void): void {
    done(new Error('EPIPE'));
  }
}
