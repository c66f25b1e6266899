import { API_VERSION, MochiError } from '@mochi/contract';

/** What an error says, without the stack: the first line of a foreign error, all of ours. */
export const messageOf = (error: unknown): string =>
  error instanceof MochiError ? error.happened : error instanceof Error ? error.message || error.name : String(error);

const list = (items: Iterable<string>, none = 'none'): string => [...items].join(', ') || none;

// ---- services

export const tokenTaken = (token: string, first: string, second: string) =>
  new MochiError('MOCHI_TOKEN_TAKEN', {
    happened: `Plugins ${first} and ${second} both provide "${token}".`,
    expected: 'one provider for each Token',
    fix: `Leave one of the two plugins out, or define "${token}" with defineListToken.`,
  });

export const tokenMissing = (
  token: string,
  about: { neededBy?: string | undefined; hint?: string | undefined; provided: readonly string[] },
) =>
  new MochiError('MOCHI_TOKEN_MISSING', {
    happened: `${about.neededBy ? `Plugin ${about.neededBy} needs "${token}", but` : `"${token}" is needed, but`} no plugin of this run provides it.`,
    expected: `a plugin that provides "${token}"; this run has ${list(about.provided)}`,
    fix: about.hint ?? `Add the plugin that provides "${token}" to the config.`,
  });

export const tokenCycle = (path: readonly { token: string; plugin: string }[]) =>
  new MochiError('MOCHI_TOKEN_CYCLE', {
    happened: `Services need each other in a circle: ${path.map(({ token, plugin }) => `${token} (plugin ${plugin})`).join(' -> ')}.`,
    expected: 'factories that can be called one after another',
    fix: 'Inject one of them later: in a hook, or in the method that uses it, not in its factory.',
  });

export const serviceFailed = (token: string, plugin: string, cause: unknown) =>
  new MochiError(
    'MOCHI_SERVICE_FAILED',
    {
      happened: `Plugin ${plugin} threw while it made "${token}": ${messageOf(cause)}`,
      expected: 'a factory that returns the service',
      fix: 'See the cause below; it comes from the plugin.',
    },
    { cause },
  );

/** @param what e.g. `without name`. */
export const serviceInvalid = (plugin: string, kind: string, what: string, wanted: string) =>
  new MochiError('MOCHI_SERVICE_INVALID', {
    happened: `Plugin ${plugin} provided a service of kind ${kind} ${what}.`,
    expected: wanted,
    fix: what.endsWith('a Promise')
      ? 'Take the async off the function given to host.provide; what has to be awaited goes into setup, which may be async.'
      : 'Add it to what the function given to host.provide returns; the interface of the kind in @mochi/contract has every field.',
  });

// ---- hooks

export const hookFailed = (hook: string, plugin: string, why: string, cause?: unknown) =>
  new MochiError(
    'MOCHI_HOOK_FAILED',
    {
      happened: `Plugin ${plugin} failed in hook "${hook}": ${why}`,
      expected: 'a handler that returns',
      fix: cause === undefined ? 'Correct the handler.' : 'See the cause below, or leave the plugin out.',
    },
    cause === undefined ? undefined : { cause },
  );

export const hookClash = (hook: string, first: string, second: string) =>
  new MochiError('MOCHI_HOOK_CLASH', {
    happened: `Two hooks are called "${hook}": one is ${first}, the other ${second}.`,
    expected: 'one definition for each name',
    fix: 'Import the hook from where it is defined, or give the new one another name.',
  });

export const pluginTooSlow = (plugin: string, what: string, seconds: number) =>
  new MochiError('MOCHI_PLUGIN_TIMEOUT', {
    happened: `Plugin ${plugin} has not come to an end in ${what} within ${seconds} s.`,
    expected: 'a promise that settles within runtime.pluginSeconds',
    fix: 'Look for a promise that nothing resolves; where the work does take so long, raise runtime.pluginSeconds or set it to null.',
  });

// ---- plugins

export const pluginNotFound = (use: string, from: string, why: string, cause?: unknown) =>
  new MochiError(
    'MOCHI_PLUGIN_NOT_FOUND',
    {
      happened: `No plugin in "${use}" (named in ${from}): ${why}`,
      expected: 'a module that exports what definePlugin returned',
      fix: 'Correct the path (relative to the config file), install the package, or export the plugin.',
    },
    cause === undefined ? undefined : { cause },
  );

export const pluginLoadFailed = (use: string, from: string, cause: unknown) =>
  new MochiError(
    'MOCHI_PLUGIN_LOAD_FAILED',
    {
      happened: `"${use}" (named in ${from}) threw while it was loaded: ${messageOf(cause)}`,
      expected: 'a module that loads',
      fix: 'See the cause below; it comes from the module.',
    },
    { cause },
  );

export const pluginInvalid = (plugin: string, origin: string, what: string, expected: string) =>
  new MochiError('MOCHI_PLUGIN_INVALID', {
    happened: `Plugin "${plugin}" (${origin}) ${what}.`,
    expected,
    fix: 'Correct the call of definePlugin.',
  });

/** @param version What the plugin states; undefined where it states nothing. */
export const pluginApiVersion = (plugin: string, origin: string, version: unknown) => {
  const stated =
    version === undefined
      ? 'does not state the version of the plugin contract that it is built for'
      : `is built for version ${JSON.stringify(version)} of the plugin contract`;
  const newer = typeof version === 'number' && version > API_VERSION;
  const fixes = {
    none: `Add apiVersion: ${API_VERSION} to the call of definePlugin, if that is what it was written against.`,
    newer: 'Install a newer mochi, or an older version of the plugin.',
    older: `Install a version of the plugin made for apiVersion ${API_VERSION}, or the version of mochi that it was made for.`,
  };
  return new MochiError('MOCHI_PLUGIN_API_VERSION', {
    happened: `Plugin "${plugin}" (${origin}) ${stated}.`,
    expected: `apiVersion ${API_VERSION}, which this mochi speaks`,
    fix: fixes[version === undefined ? 'none' : newer ? 'newer' : 'older'],
  });
};

export const pluginDuplicate = (kind: string, name: string, first: string, second: string) =>
  new MochiError('MOCHI_PLUGIN_DUPLICATE', {
    happened: `Two plugins of kind ${kind} are called "${name}": one from ${first}, one from ${second}.`,
    expected: 'one plugin for each kind and name',
    fix: 'Leave one of them out, or rename it.',
  });

export const pluginSetupFailed = (plugin: string, cause: unknown) =>
  new MochiError(
    'MOCHI_PLUGIN_SETUP_FAILED',
    {
      happened: `Plugin ${plugin} failed in setup: ${messageOf(cause)}`,
      expected: 'a setup that returns',
      fix: 'See the cause below, or leave the plugin out. What was set up before it has been disposed.',
    },
    { cause },
  );

export const pluginProvidesNothing = (plugin: string, kind: string, token: string) =>
  new MochiError('MOCHI_PLUGIN_PROVIDES_NOTHING', {
    happened: `Plugin ${plugin} is of kind ${kind}, but its setup did not provide "${token}".`,
    expected: `host.provide(${token.toUpperCase().replaceAll('-', '_')}, () => ...) in setup`,
    fix: 'Provide it before setup ends: await in setup what it needs (setup may be async). Or give the plugin the kind "extension".',
  });

export const injectTooEarly = (plugin: string, token: string) =>
  new MochiError('MOCHI_INJECT_TOO_EARLY', {
    happened: `Plugin ${plugin} asked for "${token}" in setup, when not every plugin is set up.`,
    expected: 'host.inject in a factory given to host.provide, or in a hook',
    fix: `Move host.inject into the factory: host.provide(TOKEN, () => make(host.inject(...))).`,
  });

export const setupOver = (plugin: string, call: string) =>
  new MochiError('MOCHI_SETUP_OVER', {
    happened: `Plugin ${plugin} called host.${call} when its setup was over, so nobody would see it.`,
    expected: 'what a plugin provides and registers to be there when setup has returned, or its promise has settled',
    fix: 'Call it in setup. Where it has to wait for something, make setup async and await that first: setup is awaited.',
  });

export const stateTaken = (plugin: string, what: 'state' | 'scalar', name: string) =>
  new MochiError('MOCHI_STATE_TAKEN', {
    happened: `Plugin ${plugin} registered the ${what} "${name}" twice.`,
    expected: 'each name once in a plugin',
    fix: `Give the second ${what} another name.`,
  });

// ---- sections

export const sectionMissing = (kind: string, known: readonly string[]) =>
  new MochiError('MOCHI_SECTION_MISSING', {
    happened: `This run has no ${kind}.`,
    expected: `a section "${kind}" in the config; known plugins: ${list(known)}`,
    fix: `Add "${kind}: NAME" to the config.`,
  });

export const sectionAmbiguous = (kind: string, plugins: readonly string[]) =>
  new MochiError('MOCHI_SECTION_AMBIGUOUS', {
    happened: `This run has ${plugins.length} plugins that provide a ${kind}: ${plugins.join(', ')}.`,
    expected: `one ${kind}`,
    fix: 'Leave the others out.',
  });

export const ownEntryUnknown = (by: string, kind: string, name: string, known: readonly string[]) =>
  new MochiError('MOCHI_UNKNOWN_PLUGIN', {
    happened: `${by} asks for "${name}" as its own ${kind}, and no plugin of that kind has the name.`,
    expected: `one of: ${known.join(', ') || '(none is known)'}`,
    fix: 'Correct the name, or list its module under plugins.',
  });

export const ownEntryInvalid = (by: string, name: string, problems: readonly string[]) =>
  new MochiError('MOCHI_CONFIG_INVALID', {
    happened: `The options that ${by} gives its own "${name}" are not valid: ${problems.join('; ')}.`,
    expected: 'options as in a section of the config',
    fix: 'Correct the options named.',
  });
