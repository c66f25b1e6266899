import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MochiError, type Plugin } from '@mochi/contract';

/** One thing that a plugin of a kind must keep. */
interface Check {
  readonly name: string;
  run(): Promise<void> | void;
}

interface CheckResult {
  readonly name: string;
  /** Why it failed; null where it holds. */
  readonly failure: string | null;
}

/** What `@mochi/testing/checks` has for this command. */
export interface Suites {
  pluginChecks(plugin: Plugin, options?: object): Promise<Check[]>;
  runChecks(checks: readonly Check[], onResult?: (result: CheckResult) => void): Promise<CheckResult[]>;
}

/**
 * The conformance suites, from the project of the working directory: whoever writes a plugin has them, whoever trains need not.
 *
 * @throws MOCHI_TESTING_MISSING
 */
export async function loadSuites(): Promise<Suites> {
  for (const from of [pathToFileURL(join(process.cwd(), 'index.js')).href, import.meta.url]) {
    let path: string;
    try {
      path = createRequire(from).resolve('@mochi/testing/checks');
    } catch {
      continue; // not installed there
    }
    return (await import(pathToFileURL(path).href)) as Suites;
  }
  throw new MochiError('MOCHI_TESTING_MISSING', {
    happened: 'The conformance suites are not installed.',
    expected: '@mochi/testing among the packages of this folder',
    fix: 'npm install --save-dev @mochi/testing',
  });
}
