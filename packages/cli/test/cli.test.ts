import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeSmallConfig } from './small-config.js';

const bin = fileURLToPath(new URL('../bin/mochi.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mochi-cli-'));
const config = join(folder, 'mochi.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(() => writeSmallConfig(folder));

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the built command. `whenSaid`: sends a signal once standard output or error has these words. */
function mochi(
  args: readonly string[],
  interrupt?: { signal: NodeJS.Signals; whenSaid: string },
  environment: NodeJS.ProcessEnv = {},
): Promise<Outcome> & { readonly child: ChildProcess } {
  const child = spawn(process.execPath, [bin, ...args], { cwd: folder, env: { ...process.env, ...environment } });
  const ended = new Promise<Outcome>((resolve) => {
    const said = { stdout: '', stderr: '' };
    let sent = false;
    const listen = (stream: 'stdout' | 'stderr') => (text: Buffer) => {
      said[stream] += text.toString();
      if (!interrupt || sent || !said[stream].includes(interrupt.whenSaid)) return;
      sent = true;
      child.kill(interrupt.signal);
    };
    child.stdout.on('data', listen('stdout'));
    child.stderr.on('data', listen('stderr'));
    child.on('close', (code) => resolve({ code, ...said }));
  });
  return Object.assign(ended, { child });
}

const jsonLines = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const checkpointOf = (step: number): string => `step-${String(step).padStart(9, '0')}`;
const newestIn = (runDir: string): string | undefined => readdirSync(join(folder, runDir, 'checkpoints')).at(-1);

describe('mochi', () => {
  test('train, eval, embed: one after the other, for machines', async () => {
    const trained = await mochi(['train', config, 'augment={name: moco-v2, size: 16}', '--run', 'run', '--json']);
    expect(trained.code).toBe(0);
    expect(jsonLines(trained.stdout).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['run-start', 'step-end', 'evaluation-end', 'checkpoint-saved', 'run-end']),
    );
    const measured = await mochi(['eval', 'run', '--evaluators', 'knn,collapse', '--json']);
    const summary = JSON.parse(readFileSync(join(folder, 'run', 'summary.json'), 'utf8')) as { results: object };
    expect(JSON.parse(measured.stdout)).toMatchObject({
      results: summary.results,
      settings: { knn: { k: 3, test: 'train', temperature: 0.07 }, collapse: {} },
    });
    const embedded = await mochi(['embed', 'run', '--out', 'features.npy', '--json']);
    expect(JSON.parse(embedded.stdout)).toMatchObject({ rows: 12, layer: 'backbone', encoder: 'query' });
    expect(existsSync(join(folder, 'features.npy'))).toBe(true);
  });

  test('SIGTERM finishes the step, saves, and ends with 143; --resume goes on', async () => {
    const run = ['--run', 'stopped', '--json'];
    const long = ['train', config, 'train.steps=100000', 'evaluators=[]', ...run];
    const stopped = await mochi(long, { signal: 'SIGTERM', whenSaid: '"step":5,' });
    expect(stopped.code).toBe(143);
    const end = jsonLines(stopped.stdout).at(-1)!;
    expect(end).toMatchObject({ type: 'run-end', outcome: 'stopped', reason: 'interrupted' });
    const step = Number(end['step']);
    expect(newestIn('stopped')).toBe(checkpointOf(step));
    const more = await mochi(['train', config, `train.steps=${step + 2}`, 'evaluators=[]', ...run, '--resume']);
    expect(jsonLines(more.stdout).find(({ type }) => type === 'run-start')).toMatchObject({ resumedFrom: step });
    expect(more.code).toBe(0);
  });

  test('a folder that another process writes to is refused with 75; what a killed process left is not in the way', async () => {
    const long = ['train', config, 'train.steps=100000', 'train.checkpoint.every=2steps', 'evaluators=[]', '--run', 'busy'];
    const first = mochi([...long, '--json']);
    const { child } = first;
    while (!existsSync(join(folder, 'busy', 'events.jsonl'))) await new Promise((resolve) => setTimeout(resolve, 20));
    const second = await mochi([...long, '--resume']);
    expect(second.stderr).toMatch(new RegExp(`in use by process ${child.pid} on [^]*MOCHI_RUN_BUSY`));
    expect(second.code).toBe(75);
    child.kill('SIGKILL');
    await first;
    expect(existsSync(join(folder, 'busy', 'run.lock'))).toBe(true);
    const more = await mochi(['train', config, 'train.steps=1', 'evaluators=[]', '--run', 'busy', '--resume', '--json']);
    expect(more.code).toBe(0);
    expect(existsSync(join(folder, 'busy', 'run.lock'))).toBe(false);
  });

  test('SIGINT without trackers in the config: progress, and the events that a report reads; an empty list is silence; how to go on is said', async () => {
    const stopped = await mochi(['train', config, 'train.steps=100000', 'evaluators=[]'], { signal: 'SIGINT', whenSaid: 'step' });
    expect(stopped.code).toBe(130);
    const [, runDir] = /^go on: the same command with --run (runs\/\S+) --resume$/m.exec(stopped.stderr)!;
    expect(readFileSync(join(folder, runDir!, 'events.jsonl'), 'utf8')).toContain('"run-start"');
    const { step } = JSON.parse(readFileSync(join(folder, runDir!, 'summary.json'), 'utf8')) as { step: number };
    expect(newestIn(runDir!)).toBe(checkpointOf(step));
    const more = await mochi(['train', config, `train.steps=${step + 1}`, 'evaluators=[]', '--run', runDir!, '--resume']);
    expect(more.code).toBe(0);
    expect(more.stderr).toMatch(/run finished after step/);
    expect(more.stderr).not.toMatch(/go on/);
    const silent = await mochi(['train', config, 'train.steps=1', 'evaluators=[]', 'trackers=[]', '--run', 'silent']);
    expect(silent.stderr.trim().split('\n')).toEqual(['finished at step 1: silent']);
    expect(existsSync(join(folder, 'silent', 'events.jsonl'))).toBe(false);
  }); // prettier-ignore

  const [all, one] = [['explain', 'fail', 'help'] as const, ['help'] as const];
  test.each([
    { environment: {}, of: one, coloured: false },
    { environment: { CI: 'true' }, of: all, coloured: false },
    { environment: { FORCE_COLOR: '1' }, of: all, coloured: true },
    { environment: { FORCE_COLOR: '1', NO_COLOR: '1' }, of: one, coloured: false },
  ])('colours in a pipe under $environment, $of: $coloured', async ({ environment, of, coloured }) => {
    const ways = { help: ['train', '--help'], explain: ['explain', config, '--no-step'], fail: ['train', 'nowhere.yaml'] };
    for (const way of of) {
      const { code, stdout, stderr } = await mochi(ways[way], undefined, environment);
      const text = way === 'fail' ? stderr : stdout;
      expect([way, code, text !== stripVTControlCharacters(text)]).toEqual([way, way === 'fail' ? 2 : 0, coloured]);
    }
  });
});
