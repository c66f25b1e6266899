// The process of one run of a comparison, forked by run-jobs.ts. A process of its own: a crash takes one run down, and no run warms another up.
// Arguments: the folder of the run. Messages from the parent: 'stop'.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeRun, isMochiError, type EventOf, type RunEvent, type stepEnd } from '@mochi/contract';
import { encodeState, readJson, runTraining, sha256, writeJson, type RunState } from '@mochi/trainer';
import { openRunOnEngine } from '../open-run.js';
import { failureOf, INPUT_FILE, RECORD_FILE, type Cost, type JobRecord } from './record.js';

const INITIAL_FILE = 'initial.sha256';

type StepEnd = EventOf<NonNullable<(typeof stepEnd)['payload']>>;

/** Trains the config in the folder, from its newest checkpoint on. @returns What to write down; undefined where it was stopped. */
async function runJob(runDir: string, signal: AbortSignal): Promise<JobRecord | undefined> {
  const config = await readJson<Record<string, unknown>>(join(runDir, INPUT_FILE));
  const clock = new StepClock();
  const host = await openRunOnEngine(config, { onEvent: (event) => clock.see(event), log: console });
  host.hooks.tap('compare', beforeRun, async ({ tree, progress }) => {
    if (progress.step > 0) return;
    const state = { ...(tree as unknown as RunState), plugins: {} };
    await writeFile(join(runDir, INITIAL_FILE), sha256(await encodeState(state)));
  });
  try {
    const { outcome, step, seconds, stateSha256, results } = await runTraining(host, { runDir, resume: true, signal });
    if (outcome === 'stopped' && signal.aborted) return undefined;
    const initialSha256 = await readFile(join(runDir, INITIAL_FILE), 'utf8').catch(() => null);
    return { outcome: 'finished', step, seconds, initialSha256, stateSha256, results, cost: clock.cost() };
  } finally {
    await host.dispose();
  }
}

/** Times of steps: wall time as events say it, processor time as the process does. */
class StepClock {
  private readonly wallMs: number[] = [];
  private readonly cpuMs: number[] = [];
  private last = process.cpuUsage();

  see(event: RunEvent): void {
    if (event.type !== 'step-end') return;
    const { user, system } = process.cpuUsage(this.last);
    this.last = process.cpuUsage();
    this.wallMs.push((event as StepEnd).stepMs);
    this.cpuMs.push((user + system) / 1000);
  }

  cost(): Cost | null {
    const skipped = Math.min(20, Math.ceil(this.wallMs.length / 3));
    const [wall, cpu] = [this.wallMs.slice(skipped), this.cpuMs.slice(skipped)];
    return wall.length === 0 ? null : { stepMs: median(wall), cpuMs: median(cpu), steps: wall.length };
  }
}

const median = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1]!;

async function main(runDir: string): Promise<void> {
  const stop = new AbortController();
  process.on('message', () => stop.abort(new Error('stopped')));
  process.on('disconnect', () => stop.abort(new Error('the comparison has ended'))); // killed: the state is saved all the same
  process.on('SIGINT', () => {}); // a terminal sends it to every process of the comparison; the parent says what is to be done
  process.on('SIGTERM', () => stop.abort(new Error('SIGTERM')));
  const record = await runJob(runDir, stop.signal).catch((error: unknown) => {
    console.error(error);
    return isMochiError(error) && error.code === 'MOCHI_RUN_BUSY'
      ? undefined
      : ({ outcome: 'failed', failure: failureOf(error) } as const); // another comparison is at it
  });
  if (record) await writeJson(join(runDir, RECORD_FILE), record);
  process.exit(0);
}

await main(process.argv[2]!);
