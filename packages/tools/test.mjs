// `npm test`: the tests of all packages (vitest), then TensorFlow.js' own conformance suite on our backend. `npm test -- packages/losses/`
// passes its arguments on to vitest and leaves the conformance suite out. The last line is the sum of both.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { countConformance, countVitest, sum, summaryOf } from './count.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const args = process.argv.slice(2);

const counts = [await vitest(args)];
if (args.length === 0) counts.push(await conformance());
const total = sum(counts);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
console.log(summaryOf(total));

async function vitest(more) {
  const folder = mkdtempSync(join(tmpdir(), 'mochi-test-'));
  const report = join(folder, 'report.json');
  try {
    const program = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const { code } = await run([program, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...more]);
    return countVitest(existsSync(report) ? readFileSync(report, 'utf8') : null, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function conformance() {
  const program = join(root, 'packages', 'tensorflow', 'conformance', 'run.mjs');
  if (!existsSync(program)) {
    console.log('\nNOT RUN: the TensorFlow.js conformance suite (packages/tensorflow/conformance/run.mjs) is missing.\n');
    return { passed: 0, failed: 0, skipped: 0 };
  }
  console.log('\nTensorFlow.js conformance suite');
  const { code, lastLine } = await run([program]);
  return countConformance(lastLine, code);
}

/** Runs a Node program, shows what it prints as it comes, and keeps its last line that is not empty. */
function run(command) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, FORCE_COLOR: process.stdout.isTTY ? '1' : undefined },
    });
    let tail = '';
    child.stdout.on('data', (text) => {
      process.stdout.write(text);
      tail = (tail + text.toString()).slice(-8192);
    });
    child.on('close', (code) => resolve({ code, lastLine: tail.trimEnd().split('\n').at(-1) ?? '' }));
  });
}
