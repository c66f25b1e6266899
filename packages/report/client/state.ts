import type { PageData } from '../src/page/html.js';

/** What the reader has chosen. Whoever draws from it is told when it changes. */
export class State {
  readonly hidden = new Set<number>();
  smoothing = 0.6;
  private readonly watchers: (() => void)[] = [];

  constructor(readonly data: PageData) {}

  watch(changed: () => void): void {
    this.watchers.push(changed);
  }

  change(how: (state: State) => void): void {
    how(this);
    for (const changed of this.watchers) changed();
  }
}

/** For screen readers, and for nobody else. */
export function say(text: string): void {
  document.getElementById('said')!.textContent = text;
}
