import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, platform, release, totalmem } from 'node:os';
import { onGpu } from './options.js';
import { peerVersions } from './peer.js';

export interface Environment {
  readonly date: string;
  readonly processor: string;
  /** Name of the GPU, where the rows were measured on one. */
  readonly gpu?: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly commit: string | null;
  /** Processes that wanted to run, mean of the minute before the row was measured. Ours and the peer's come on top. */
  readonly loadBefore: number;
  /** Cores' worth of work of everybody else while the row was measured, where the system says so. */
  readonly othersLoad: number | null;
}

export function describeEnvironment(loadBefore: number, othersLoad: number | null): Environment {
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: cpus()[0]?.model ?? 'unknown',
    ...gpu(),
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${release()}`,
    versions: { node: process.versions.node, ...peerVersions() },
    commit: commit(),
    loadBefore,
    othersLoad,
  };
}

function gpu(): { readonly gpu?: string } {
  if (!onGpu) return {};
  const { stdout } = spawnSync('nvidia-smi', ['--query-gpu=name', '--format=csv,noheader'], { encoding: 'utf8' });
  return { gpu: stdout?.split('\n')[0]?.trim() || 'unknown GPU' };
}

export const loadNow = (): number => Math.round(loadavg()[0]! * 100) / 100;

/** Processor seconds that all processes together have used, or null. */
function busySeconds(): number | null {
  try {
    const [, ...ticks] = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.trim().split(/\s+/);
    const [user, nice, system, , , irq, softirq] = ticks.map(Number) as [number, number, number, number, number, number, number];
    return (user + nice + system + irq + softirq) / 100;
  } catch {
    return null;
  }
}

/** Processor seconds of this process and of children that have ended. */
function ownSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]!.split(' ').map(Number);
  return fields.slice(11, 15).reduce((sum, ticks) => sum + ticks, 0) / 100;
}

/** Starts a watch; what it returns says how many cores others kept busy since. */
export function watchOthers(): () => number | null {
  const busy = busySeconds();
  if (busy === null) return () => null;
  const [own, started] = [ownSeconds(), performance.now()];
  return () => {
    const others = busySeconds()! - busy - (ownSeconds() - own);
    return Math.max(0, Math.round((others / ((performance.now() - started) / 1000)) * 100) / 100);
  };
}

function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}
