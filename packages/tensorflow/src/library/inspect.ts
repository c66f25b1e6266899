import { basename, dirname } from 'node:path';
import { archiveUrlOf, wheelFolder } from './cache.js';
import { runCommand } from './commands.js';
import { PIP_COMMANDS } from './download-wheel.js';
import { wrongPlatform } from './errors.js';
import { lookAround, type Look } from './look.js';
import { OLDEST_GLIBC } from './pinned.js';
import { isSupported, surroundingsOf } from './surroundings.js';
import type { LibraryLocation, LibraryOptions, Surroundings } from './types.js';

/** What `mochi doctor` says about the library. Looking installs nothing and throws nothing. */
export interface LibraryReport {
  readonly platform: {
    readonly os: string;
    readonly arch: string;
    readonly glibc: string | null;
    readonly oldestGlibc: string;
    readonly isSupported: boolean;
  };
  /** In the order in which they are tried, the sources that an installation would use included. */
  readonly looked: readonly (Omit<Look, 'location' | 'error'> & {
    readonly state: 'chosen' | 'usable' | 'unusable' | 'wrong' | 'not needed';
  })[];
  readonly chosen: LibraryLocation | null;
  readonly gpu: {
    /** Device files, e.g. /dev/nvidia0. */
    readonly devices: readonly string[];
    /** Path of libcuda.so.1, the driver's library; null without it. */
    readonly driver: string | null;
  };
  /** What the user can do, a sentence each. Empty when all is well. */
  readonly help: readonly string[];
}

export async function inspectLibrary(options: Pick<LibraryOptions, 'surroundings' | 'device'> = {}): Promise<LibraryReport> {
  const surroundings = surroundingsOf(options);
  const supported = isSupported(surroundings);
  const looks: Look[] = [];
  for await (const look of lookAround(surroundings)) looks.push(look);
  const mistake = looks.find(({ error }) => error);
  const chosen = supported && !mistake ? (looks.find(({ location }) => location)?.location ?? null) : null;
  const sources = await lookAtSources(surroundings);
  const { cards, driver } = surroundings;
  const gpu = { devices: cards, driver };
  const stateOf = ({ error, location }: Look) =>
    error ? 'wrong' : !location ? 'unusable' : location === chosen ? 'chosen' : 'usable';
  return {
    platform: {
      os: surroundings.platform,
      arch: surroundings.arch,
      glibc: surroundings.glibc,
      oldestGlibc: OLDEST_GLIBC,
      isSupported: supported,
    },
    looked: [
      ...looks.map((look) => ({ source: look.source, where: look.where, verdict: look.verdict, state: stateOf(look) }) as const),
      ...sources.map(
        ({ isUsable, ...source }) => ({ ...source, state: chosen ? 'not needed' : isUsable ? 'usable' : 'unusable' }) as const,
      ),
    ],
    chosen,
    gpu,
    help: [...helpFor(surroundings, supported, mistake, chosen, sources[0]!.isUsable), ...gpuHelp(gpu, chosen, surroundings)],
  };
}

async function lookAtSources(surroundings: Surroundings) {
  const wheel = surroundings.device === 'gpu' ? surroundings.gpuWheels[0] : surroundings.wheel;
  const more = surroundings.device === 'gpu' ? ` and ${surroundings.gpuWheels.length - 1} wheels of NVIDIA` : '';
  const where = `pip download ${wheel.package}==${wheel.version}${more}`;
  const archive = {
    source: 'archive',
    where: archiveUrlOf(surroundings),
    verdict: surroundings.device === 'gpu' ? 'for processors only' : 'tried when the wheel does not come',
    isUsable: surroundings.device !== 'gpu',
  } as const;
  for (const [command, ...args] of PIP_COMMANDS) {
    const { code, stdout } = await runCommand(command, [...args, '--version'], { env: surroundings.env, timeoutMs: 20_000 });
    if (code === 0)
      return [{ source: 'wheel', where, verdict: stdout.trim().split(' from ')[0]!, isUsable: true } as const, archive];
  }
  return [{ source: 'wheel', where, verdict: 'there is no pip', isUsable: false } as const, archive];
}

function helpFor(
  surroundings: Surroundings,
  supported: boolean,
  mistake: Look | undefined,
  chosen: LibraryLocation | null,
  hasPip: boolean,
): string[] {
  if (!supported) return [wrongPlatform(surroundings).fix];
  if (mistake) return [(mistake.error as Error & { fix: string }).fix];
  if (chosen) return [];
  const wheel = surroundings.device === 'gpu' ? surroundings.gpuWheels[0] : surroundings.wheel;
  return [
    hasPip
      ? `The first run installs ${wheel.package} ${wheel.version}.`
      : 'Install pip (Debian and Ubuntu: apt install python3-pip), or set MOCHI_LIBTENSORFLOW.',
  ];
}

function gpuHelp(
  { devices, driver }: LibraryReport['gpu'],
  chosen: LibraryLocation | null,
  { gpuWheels, device }: Surroundings,
): string[] {
  if (devices.length === 0 && !driver && device !== 'gpu') return [];
  if (!driver)
    return [
      `There is ${devices.length > 0 ? 'an' : 'no'} NVIDIA device and no driver library (libcuda.so.1): install the driver, or start the container with its GPU.`,
    ];
  if (chosen?.source === 'variable' || chosen?.source === 'python') return [];
  if (chosen && basename(dirname(chosen.dir)) === basename(wheelFolder('', gpuWheels[0]))) return [];
  const mega = (parts: readonly { readonly bytes: number }[]) =>
    Math.round(parts.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6);
  return [
    `For the GPU: mochi doctor --install gpu (${mega(gpuWheels)} MB to download, ${mega(gpuWheels.flatMap(({ keep }) => keep))} MB kept).`,
  ];
}
