import { warning } from '@mochi/contract';
import type { EventBus } from '@mochi/core';

/**
 * Tells, once in a run, of a loss that is 0 to the bit: InfoNCE is that only where nothing stands beside the positive, so nothing is learnt.
 * The first step is let pass: a bank with `fill: mask` has no rows yet.
 */
export class ZeroLossNotice {
  private told = false;

  /** @param samplers Their names, for the message. */
  constructor(
    private readonly bus: EventBus,
    private readonly samplers: readonly string[],
  ) {}

  /** @param step Steps done. */
  look(step: number, lossNats: number): void {
    if (this.told || step < 2 || lossNats !== 0) return;
    this.told = true;
    const who = this.samplers.length > 0 ? `; look at what ${this.samplers.join(', ')} leaves of the bank` : '';
    const message = `the loss of step ${step} is exactly 0, so nothing is learnt: log-weights or masks of -Infinity leave no negative to any query, or each is so far off that its share rounds to 0${who}`;
    this.bus.emit(warning, { source: 'trainer', message });
  }
}
