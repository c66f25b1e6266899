import { warning, type RunInfo } from '@mochi/contract';
import { causeOf, withinLimit, type RunHost } from '@mochi/core';
import { trackerFailed } from '../errors.js';

/** The trackers of a run. They watch: from their start on, nothing that one of them does stops the run or keeps the others from ending. */
export class Trackers {
  private readonly seconds: number | null;

  constructor(private readonly host: RunHost) {
    this.seconds = host.config.runtime.pluginSeconds;
  }

  /** @throws MOCHI_TRACKER_FAILED, MOCHI_PLUGIN_TIMEOUT: before the first step a failure is loud. */
  async start(info: RunInfo): Promise<void> {
    for (const { plugin, service } of this.host.provided('tracker')) {
      try {
        await withinLimit(service.start(info), this.seconds, this.label(plugin), 'the start of its tracker');
        service.record(this.host.bus.all(this.label(plugin)));
      } catch (error) {
        throw trackerFailed(this.label(plugin), error);
      }
    }
  }

  /** Closes every one of them. A failure, or one that takes too long, is a `warning`. */
  async close(): Promise<void> {
    for (const { plugin, service } of this.host.provided('tracker')) {
      try {
        await withinLimit(service.close(), this.seconds, this.label(plugin), 'the close of its tracker');
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const [where] = causeOf(error).frames;
        const told = `The tracker could not be closed: ${message}${where === undefined ? '' : `, at ${where}`}`;
        this.host.bus.emit(warning, { source: this.label(plugin), message: told });
      }
    }
  }

  private label(id: string): string {
    const entry = this.host.entries.find((each) => each.id === id);
    return entry ? `"${entry.name}" (${id})` : id;
  }
}
