import { TRACKER, type RunEvent, type RunInfo, type Tracker } from '@mochi/contract';
import { startTensorFlow } from '@mochi/tensorflow';
import type { Observable, Subscription } from 'rxjs';
import { describe, test } from 'vitest';
import { expectFault, pluginOf } from '../../test/small-plugin.js';
import { trackerConformance } from './conformances.js';
import { trackerChecks } from './tracker.js';

await startTensorFlow();

/** Counts events. */
class Small implements Tracker {
  count = 0;
  protected subscription: Subscription | undefined;
  start(_: RunInfo): void | Promise<void> {}
  record(events: Observable<RunEvent>): void {
    this.subscription = events.subscribe((event) => this.take(event));
  }
  async close(): Promise<void> {
    this.subscription?.unsubscribe();
    this.subscription = undefined;
  }
  protected take(_: RunEvent): void {
    this.count++;
  }
}

const small = (make: () => Tracker) => pluginOf('tracker', TRACKER, make);
trackerConformance(small(() => new Small()));

class Deaf extends Small {
  override record(): void {}
}
class Clinging extends Small {
  override async close(): Promise<void> {}
}
class Hanging extends Small {
  override close(): Promise<void> {
    return new Promise(() => {});
  }
}
class Waiting extends Small {
  override start(): Promise<void> {
    return new Promise(() => {});
  }
}
class OnceOnly extends Small {
  override async close(): Promise<void> {
    this.subscription!.unsubscribe();
    this.subscription = undefined;
  }
}
class NeedsFolder extends Small {
  override start({ runDir }: RunInfo): void {
    void runDir!.length;
  }
}
class Stringifying extends Small {
  protected override take(event: RunEvent): void {
    void JSON.stringify(event);
  }
}
class Rounding extends Small {
  protected override take(event: RunEvent): void {
    const { metrics } = event as unknown as { metrics?: Record<string, number> };
    for (const name of Object.keys(metrics ?? {})) metrics![name] = 0;
  }
}
class Renaming extends Small {
  protected override take(event: RunEvent): void {
    (event as { type: string }).type = 'mine';
  }
}
const timers: NodeJS.Timeout[] = [];
class Ticking extends Small {
  override start(): void {
    timers.push(setInterval(() => {}, 60_000));
  }
}

describe('what breaks the contract is found', () => {
  test.each<[string, () => Tracker, string, RegExp]>([
    ['one that hears nothing', () => new Deaf(), 'a whole run', /subscribes to nothing/],
    ['one that listens on', () => new Clinging(), 'a whole run', /1 of its subscriptions are open after close/],
    ['a close that never ends', () => new Hanging(), 'close ends', /close\(\) has not settled after 0\.2 s/],
    ['a start that never ends', () => new Waiting(), 'a whole run', /start\(\) has not settled after 0\.2 s/],
    ['a close that expects a start', () => new OnceOnly(), 'close ends', /undefined/],
    ['one that needs a folder', () => new NeedsFolder(), 'a run without a folder', /null/],
    [
      'one that fails at an event of another plugin',
      () => new Stringifying(),
      'events of other plugins',
      /a subscriber of it threw: .*(BigInt|circular)/,
    ],
    ['one that changes what others see', () => new Rounding(), 'it watches', /changed an event that others see: {"accuracy":0}/],
    ['one that changes the event itself', () => new Renaming(), 'it watches', /a subscriber of it threw: .*read only/],
    ['a timer that runs on', () => new Ticking(), 'nothing of it', /1 timers of it run on after close/],
  ])('%s', async (_, make, name, message) => {
    await expectFault(trackerChecks(small(make), {}, { seconds: 0.2 }), name, message);
    for (const timer of timers.splice(0)) clearInterval(timer);
  });
});
