import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { writeImages } from '@mochi/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../bin/mochi.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'mochi-cli-'));
const config = join(folder, 'mochi.yaml');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
beforeAll(async () => {
  await writeImages(join(folder, 'images'), 12);
  writeFileSync(
    config,
    `data: { name: image-folder, root: ${JSON.stringify(join(folder, 'images'))} }
augment: { name: moco-v2, size: 16 }
encoder: { name: resnet10, stem: small, width: 4, stages: 2, head: { hidden: 8, dim: 8 } }
method: { name: moco-v2, batchNorm: { split: 2 } }
bank: { name: fifo, capacity: 32 }
sampler: { name: mochi, n: 8, s: 8, sPrime: 4 }
optimizer: { name: sgd, rate: 0.05 }
train: { steps: 6, batchSize: 4, logEvery: 1 }
evaluators: [{ name: knn, k: 3, test: train }]
`,
  );
});

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

describe('mochi', () => {
  test('train, eval, embed: one after the other, for machines', async () => {
    const trained = await mochi(['train', config, '--run', 'run', '--json']);
    expect(trained.code).toBe(0);
    expect(jsonLines(trained.stdout).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['run-start', 'step-end', 'evaluation-end', 'checkpoint-saved', 'run-end']),
    );
    const measured = await mochi(['eval', 'run', '--json']);
    const summary = JSON.parse(readFileSync(join(folder, 'run', 'summary.json'), 'utf8')) as { results: object };
    expect(JSON.parse(measured.stdout)).toMatchObject({
      results: summary.results,
      settings: { knn: { k: 3, temperature: 0.07 } },
    });
    const named = await mochi(['eval', 'run', '--evaluators', 'knn,collapse', '--json']);
    expect(JSON.parse(named.stdout)).toMatchObject({ settings: { knn: { k: 3, test: 'train' }, collapse: {} } });
    const embedded = await mochi(['embed', 'run', '--out', 'features.npy', '--json']);
    expect(JSON.parse(embedded.stdout)).toMatchObject({ rows: 12, layer: 'backbone', encoder: 'query' });
    expect(existsSync(join(folder, 'features.npy'))).toBe(true);
  });

  test.each([
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGTERM', code: 143 },
  ] as const)('$signal finishes the step, saves, and ends with $code; --resume goes on', async ({ signal, code }) => {
    const long = ['train', config, 'train.steps=100000', 'evaluators=[]', '--run', signal, '--json'];
    const stopped = await mochi(long, { signal, whenSaid: '"step":5,' });
    expect(stopped.code).toBe(code);
    const end = jsonLines(stopped.stdout).at(-1)!;
    expect(end).toMatchObject({ type: 'run-end', outcome: 'stopped', reason: 'interrupted' });
    expect(readdirSync(join(folder, signal, 'checkpoints')).at(-1)).toBe(`step-${String(end['step']).padStart(9, '0')}`);
    const more = await mochi([
      'train',
      config,
      `train.steps=${Number(end['step']) + 2}`,
      'evaluators=[]',
      '--run',
      signal,
      '--resume',
      '--json',
    ]);
    expect(jsonLines(more.stdout).find(({ type }) => type === 'run-start')).toMatchObject({ resumedFrom: end['step'] });
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

  test('without trackers in the config: progress, and the events that a report reads; an empty list is silence; how to go on is said', async () => {
    const stopped = await mochi(['train', config, 'train.steps=100000', 'evaluators=[]'], { signal: 'SIGINT', whenSaid: 'step' });
    expect(stopped.code).toBe(130);
    const [, runDir] = /^go on: the same command with --run (runs\/\S+) --resume$/m.exec(stopped.stderr)!;
    expect(readFileSync(join(folder, runDir!, 'events.jsonl'), 'utf8')).toContain('"run-start"');
    const { step } = JSON.parse(readFileSync(join(folder, runDir!, 'summary.json'), 'utf8')) as { step: number };
    const more = await mochi(['train', config, `train.steps=${step + 1}`, 'evaluators=[]', '--run', runDir!, '--resume']);
    expect(more.code).toBe(0);
    expect(more.stderr).toMatch(/run finished after step/);
    expect(more.stderr).not.toMatch(/go on/);
    const silent = await mochi(['train', config, 'train.steps=1', 'evaluators=[]', 'trackers=[]', '--run', 'silent']);
    expect(silent.stderr.trim().split('\n')).toEqual(['finished at step 1: silent']);
    expect(existsSync(join(folder, 'silent', 'events.jsonl'))).toBe(false);
  }); // prettier-ignore

  test('explain without the data says how it does without', async () => {
    const dataless = ['explain', config, 'data.root=./nowhere'];
    expect((await mochi(dataless)).stderr).toMatch(/fix .*--no-step/);
    expect((await mochi([...dataless, '--no-step'])).code).toBe(0);
  });

  const pipes = [
    { environment: {}, coloured: false },
    { environment: { CI: 'true' }, coloured: false },
    { environment: { FORCE_COLOR: '1' }, coloured: true },
    { environment: { FORCE_COLOR: '1', NO_COLOR: '1' }, coloured: false },
  ];
  test.each(pipes)('colours in a pipe under $environment: $coloured', async ({ environment, coloured }) => {
    const [help, explained, failed] = await Promise.all(
      [
        ['train', '--help'],
        ['explain', config, '--no-step'],
        ['train', 'nowhere.yaml'],
      ].map((args) => mochi(args, undefined, environment)),
    );
    const isColoured = (text: string) => text !== stripVTControlCharacters(text);
    expect([help!.stdout, explained!.stdout, failed!.stderr].map(isColoured)).toEqual([coloured, coloured, coloured]);
  });

  test('explain: an override of the sampler changes the sampler and nothing else', async () => {
    const explained = async (...overrides: string[]) =>
      JSON.parse((await mochi(['explain', config, ...overrides, '--json'])).stdout) as Record<
        'config' | 'inputs',
        Record<string, unknown>
      >;
    const [base, uniform, random, other] = [
      await explained(),
      await explained('sampler=uniform'),
      await explained('sampler=random'),
      await explained('sampler.n=16', 'sampler.sPrime=2'),
    ];
    expect(uniform).toMatchObject({ config: { sampler: { name: 'uniform' } } });
    expect(random).toMatchObject({ config: { sampler: { name: 'random' } } });
    expect(other).toMatchObject({ config: { sampler: { name: 'mochi', n: 16, s: 8, sPrime: 2 } } });
    const rest = ({ config: { sampler: _, ...more }, inputs }: typeof base) => ({ more, inputs });
    for (const changed of [uniform, random, other]) expect(rest(changed)).toEqual(rest(base));
    expect((base.inputs['state'] as { name: string }[]).map(({ name }) => name)).toContain('banks/bank/rows');
  });

  test('explain: the tensors of the step are counted, and listed on request', async () => {
    const [short, long] = [await mochi(['explain', config]), await mochi(['explain', config, '--tensors'])];
    expect(short.stdout).toMatch(/inputs of the compiled step: \d+ tensors of state .*\n {2}--tensors lists them/);
    expect(short.stdout).not.toContain('banks/bank/rows');
    expect(long.stdout).toMatch(/state\/banks\/bank\/rows {2}float32\[32, 8\]/);
  });

  test('profile: parts of a step, ops and a trace file', async () => {
    const before = readdirSync(folder);
    const args = ['profile', config, '--steps', '3', '--warmup', '2', '--traced', '2', '--out', 'profiled'];
    const { code, stdout } = await mochi([...args, '--json']);
    expect(code).toBe(0);
    const report = JSON.parse(stdout) as { parts: { name: string; share: number }[]; ops: { byType: { name: string }[] } };
    expect(report.parts.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(1, 6);
    expect(report.ops.byType.some(({ name }) => name.includes('Conv2D'))).toBe(true);
    expect(JSON.parse(readFileSync(join(folder, 'profiled', 'profile.json'), 'utf8'))).toEqual(report);
    const trace = JSON.parse(readFileSync(join(folder, 'profiled', 'trace.json'), 'utf8')) as {
      traceEvents: { ph: string; ts: number; dur: number }[];
    };
    const spans = trace.traceEvents.filter(({ ph }) => ph === 'X');
    expect(spans.every(({ ts, dur }, at) => dur >= 0 && ts >= (spans[at - 1]?.ts ?? 0))).toBe(true);
    expect(readdirSync(folder).sort()).toEqual([...before, 'profiled'].sort()); // no folder of a run
    const shown = await mochi(['profile', config, '--steps', '2', '--traced', '1', '--rows', '3', 'evaluators=[]']);
    expect(shown.stdout).toMatch(/images\/s[^]*waiting for data[^]*by scope[^]*by type[^]*by node/);
  });

  test.each([
    { name: 'no command of that name', args: ['trian'], says: /Did you mean mochi train/ },
    { name: 'a misspelt flag', args: ['train', 'mochi.yaml', '--resum'], says: /Did you mean --resume/ },
    {
      name: 'an option of the config with dashes',
      args: ['train', 'mochi.yaml', '--epochs', '4'],
      says: /no dashes: train\.epochs=VALUE/,
    },
    { name: 'a build that there is not', args: ['doctor', 'tpu'], says: /cpu or gpu/ },
    { name: 'no config', args: ['train'], says: /Neither a config nor --data/ },
    { name: 'steps that are no number', args: ['profile', 'mochi.yaml', '--steps', 'ten'], says: /--steps is "ten"/ },
    { name: 'no config to profile', args: ['profile'], says: /mochi profile CONFIG/ },
    { name: 'a missing config', args: ['train', 'nowhere.yaml'], says: /MOCHI_CONFIG_NOT_FOUND/ },
    { name: 'a misspelt override', args: ['explain', 'mochi.yaml', 'sampler.sPrim=3'], says: /sPrime/ },
  ])('bad input ends with 2: $name', async ({ args, says }) => {
    const { code, stderr } = await mochi(args);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });
});
