import type { Logger, RunEvent } from '@mochi/contract';
import { startRun, type HostOptions, type RunHost } from '@mochi/core';
import { startTensorFlow } from '@mochi/tensorflow';
import { trainConfig } from '@mochi/trainer';
import { builtInPlugins } from './plugins.js';
import { listener, logger, sections, text, texts, type OptionKind } from './option-kinds.js';
import { presets } from './presets/index.js';
import { sharedModules } from './shared-modules.js';

/** A file (YAML, JSON, TypeScript), or the config itself. */
export type ConfigInput = string | Readonly<Record<string, unknown>>;

export interface OpenOptions {
  /** `sampler=uniform`, `sampler.n=512`: laid upon the config in order. */
  readonly overrides?: readonly string[];
  /**
   * Called with every event of the run. It watches: where it throws, or is async and rejects, a `warning` event says so, it is called no more, and
   * the run goes on.
   */
  readonly onEvent?: (event: RunEvent) => void;
  /** Where plugins' remarks go. Default: nothing is printed; warnings are `warning` events, the rest is dropped. */
  readonly log?: Logger;
  /** Sections for where the config has none, such as `{ trackers: ['progress', 'jsonl'] }`, which the command line gives. Default: none. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Where relative paths of a config object start. Default: the working directory. A file's paths start at its folder. */
  readonly cwd?: string;
  /** Sections that must be there. Default: those without which no run makes sense. */
  readonly required?: readonly string[];
}

/** The options that every call has. */
export const OPEN_OPTIONS: Readonly<Record<keyof OpenOptions, OptionKind>> = {
  overrides: texts,
  onEvent: listener,
  log: logger,
  cwd: text,
  defaults: sections,
  required: texts,
};

/** What is not for callers. */
type Inner = OpenOptions & Pick<HostOptions, 'onBus'>;

/** Sections without which no run makes sense; the others have defaults. */
const REQUIRED = ['data', 'augment', 'encoder', 'method', 'sampler', 'optimizer'];

/** Loads and checks a config, with every built-in plugin and preset known, and sets its plugins up. The caller disposes the host. */
export async function openRun(
  config: ConfigInput,
  { overrides = [], onEvent, onBus, log, cwd, defaults, required = REQUIRED }: Inner = {},
): Promise<RunHost> {
  const source = typeof config === 'string' ? { file: config } : { object: config };
  const schemas = { train: trainConfig };
  return startRun({
    ...source,
    cwd,
    overrides,
    defaults,
    presets,
    schemas,
    required,
    known: builtInPlugins,
    shared: sharedModules,
    onEvent,
    onBus,
    log,
  });
}

/** The same, with TensorFlow started as the config says. */
export async function openRunOnEngine(config: ConfigInput, options: Inner = {}): Promise<RunHost> {
  const host = await openRun(config, options);
  try {
    await startTensorFlow(host.config.runtime);
    return host;
  } catch (error) {
    await host.dispose();
    throw error;
  }
}
