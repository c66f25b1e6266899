// Kills a training run with SIGKILL at random moments, resumes it each time, and compares the hash of all state with an uninterrupted run.
//   node packages/tools/prove-resume.mjs [kills=3]
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const kills = Number(process.argv[2] ?? 3);
const folder = mkdtempSync(join(tmpdir(), 'mochi-resume-'));
const overrides = ['train.steps=150', 'evaluators=[]', 'train.checkpoint.every=10st'];

/** Runs `mochi train`, killing it after `killAtStep` steps of its own. @returns whether it was killed. */
function trainOnce(runDir, resume, killAtStep) {
  const args = [
    join(root, 'packages/cli/bin/mochi.js'),
    'train',
    join(root, 'examples/quickstart/mochi.yaml'),
    ...overrides,
    '--run',
    runDir,
    '--json',
    ...(resume ? ['--resume'] : []),
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let steps = 0;
    let rest = '';
    child.stdout.on('data', (chunk) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop();
      steps += lines.filter((line) => line.includes('"type":"step-end"')).length;
      if (steps >= killAtStep) child.kill('SIGKILL');
    });
    child.on('exit', (code, signal) =>
      signal === 'SIGKILL'
        ? resolve(true)
        : code === 0
          ? resolve(false)
          : reject(new Error(`mochi train ended with ${code ?? signal}`)),
    );
  });
}

const hashOf = (runDir) => JSON.parse(readFileSync(join(runDir, 'summary.json'), 'utf8')).stateSha256;

await trainOnce(join(folder, 'whole'), false, Infinity);
const whole = hashOf(join(folder, 'whole'));
console.log(`uninterrupted           ${whole}`);
let started = false;
for (let kill = 1; kill <= kills; kill++) {
  const at = 1 + Math.floor(Math.random() * 40);
  const killed = await trainOnce(join(folder, 'killed'), started, at);
  started = true;
  console.log(`kill ${kill}: ${killed ? `SIGKILL after ${at} more steps` : 'the run ended before'}`);
}
await trainOnce(join(folder, 'killed'), true, Infinity);
const resumed = hashOf(join(folder, 'killed'));
console.log(`killed ${kills} times, resumed  ${resumed}`);
rmSync(folder, { recursive: true, force: true });
console.log(whole === resumed ? 'equal' : 'DIFFERENT');
process.exit(whole === resumed ? 0 : 1);
