// TensorFlow.js' own test-suite, as its npm packages ship it, on this backend. The specs that tfjs-node leaves out on its runner are left out
// here too, by its list, and one that wants a quick machine. Every other spec must pass but those of known-failures.json, each of which has its reason; one of those that passes is
// an error as well. Usage: node conformance/run.mjs [regular expression for names of specs]. The last line is JSON.
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const folder = dirname(fileURLToPath(import.meta.url));
const root = join(folder, '..');
const require = createRequire(import.meta.url);
const packageOf = (name) => dirname(require.resolve(`${name}/package.json`));
const core = join(packageOf('@tensorflow/tfjs-core'), 'dist');
const library = join(root, 'dist', 'index.js');
if (!existsSync(library)) {
  console.error('packages/tensorflow is not built. Run `node packages/tools/setup.mjs` first.');
  process.exit(1);
}

const knownFailures = JSON.parse(readFileSync(join(folder, 'known-failures.json'), 'utf8'));
const outfile = join(root, 'generated', 'conformance.mjs');
await bundle();
const { runSuite } = await import(pathToFileURL(outfile).href);
const results = await runSuite({ filter: process.argv[2] ?? '', ignored: ignoredByTfjsNode() });
process.exit(report(results));

/** The suite, tfjs-core and this package in one file: the tests import inner files of tfjs-core, and there must be one tfjs-core. */
async function bundle() {
  await build({
    entryPoints: [join(folder, 'suite.mjs')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    ignoreAnnotations: true, // test files are marked as free of side effects
    external: ['koffi', 'jasmine'],
    alias: {
      '@tensorflow/tfjs-core/dist': core,
      '@tensorflow/tfjs-core': join(core, 'index.js'),
      '@mochi/tensorflow': library,
    },
    banner: { js: `import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);` },
    logLevel: 'error',
  });
}

/** Parts of names of specs that tfjs-node's own runner leaves out, read out of the package. */
function ignoredByTfjsNode() {
  const text = readFileSync(join(packageOf('@tensorflow/tfjs-node-gpu'), 'dist', 'run_tests.js'), 'utf8');
  const list = /var IGNORE_LIST = \[([\s\S]*?)\n\];/.exec(text);
  if (!list) throw new Error('tfjs-node-gpu differs from what is expected: its list of ignored specs was not found.');
  const withoutComments = list[1].replace(/^\s*\/\/.*$/gm, '');
  return [...withoutComments.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map((match) => match[1]);
}

function report({ passedSpecs, passed, failed, skipped, seconds }) {
  const filtered = process.argv[2] !== undefined;
  const known = new Map(knownFailures.map(({ spec, reason }) => [spec, reason]));
  const unexpected = failed.filter(({ name }) => !known.has(name));
  const stale = [...known.keys()].filter((name) => passedSpecs.has(name));
  const gone = filtered
    ? []
    : [...known.keys()].filter((name) => !passedSpecs.has(name) && !failed.some((spec) => spec.name === name));
  for (const { name, message } of unexpected) console.log(`FAILED ${name}\n    ${message}`);
  for (const name of stale) console.log(`PASSES, though known-failures.json lists it: ${name}`);
  for (const name of gone) console.log(`NOT FOUND, though known-failures.json lists it: ${name}`);
  if (knownFailures.length > 20) console.log(`known-failures.json lists ${knownFailures.length} specs; at most 20 are allowed.`);
  const expected = failed.length - unexpected.length;
  console.log(
    `\n${passed} passed, ${unexpected.length} failed, ${expected} failed as known, ${skipped} skipped, in ${seconds.toFixed(0)} s`,
  );
  console.log(JSON.stringify({ passed, failed: unexpected.length, knownFailures: expected, skipped }));
  const nothingRan = passed === 0;
  return unexpected.length + stale.length + gone.length > 0 || knownFailures.length > 20 || nothingRan ? 1 : 0;
}
