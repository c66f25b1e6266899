// `npm run check`: everything that holds for the whole repository besides its tests. Every step runs, whatever the others say; names as
// arguments (`npm run check -- lint types`) choose some. `npm run check -- format --fix` writes what it can instead of complaining.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const bin = (...path) => join(root, 'node_modules', ...path);
const fix = process.argv.includes('--fix');

const tsc = bin('typescript', 'bin', 'tsc');
/** Each step is one or more Node programs, all of which must end well. */
const steps = {
  format: [[bin('prettier', 'bin', 'prettier.cjs'), fix ? '--write' : '--check', '--log-level', 'warn', '.']],
  lint: [
    [
      bin('eslint', 'bin', 'eslint.js'),
      ...(fix ? ['--fix'] : []),
      'packages',
      'examples',
      'eslint.config.js',
      'vitest.config.ts',
    ],
  ],
  types: [
    [tsc, '-b'],
    [tsc, '-p', 'tsconfig.test.json'],
  ],
  boundaries: [[bin('turbo', 'bin', 'turbo'), 'boundaries']],
  packages: [[join('packages', 'tools', 'release', 'check-packages.mjs')]],
  api: [[join('packages', 'tools', 'release', 'api-reports.mjs')]],
  docs: [[join('packages', 'tools', 'site', 'build.mjs')]],
  'dead code': [[bin('knip', 'bin', 'knip.js'), '--no-config-hints']],
};

const asked = process.argv.slice(2).filter((argument) => argument !== '--fix');
const unknown = asked.filter((name) => !(name in steps));
if (unknown.length > 0) {
  console.error(`No step is called ${unknown.join(', ')}: there are ${Object.keys(steps).join(', ')}.`);
  process.exit(2);
}

const results = (asked.length > 0 ? asked : Object.keys(steps)).map((name) => {
  console.log(`\n== ${name}`);
  const startedAt = Date.now();
  const isGood = steps[name].map(run).every(Boolean); // all of them run
  return { name, isGood, seconds: (Date.now() - startedAt) / 1000 };
});

console.log('');
for (const { name, isGood, seconds } of results)
  console.log(`${isGood ? 'ok    ' : 'FAILED'}  ${name} (${seconds.toFixed(1)} s)`);
process.exitCode = results.every(({ isGood }) => isGood) ? 0 : 1;

function run(command) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' };
  const { status, error } = spawnSync(process.execPath, command, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env });
  if (error) console.error(error.message);
  return status === 0;
}
