import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { imageFolder, temporaryFolder, tinyConfig } from './tiny-run.js';

/** A program as users have: it runs twice, then twice at once, looks at its process before and after, and says what it saw in a file. */
const PROGRAM = `
import { readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';

const [requestPath, answerPath] = process.argv.slice(1);
const { one, two, folder } = JSON.parse(readFileSync(requestPath, 'utf8'));
let exits = 0;
const exit = process.exit;
process.exit = (code) => { exits++; exit(code); };
const names = () => [...new Set([...Object.keys(constants.signals), 'uncaughtException', 'unhandledRejection', 'warning', 'beforeExit', 'exit', ...process.eventNames()])];
const look = () => ({
  listeners: Object.fromEntries(names().map((name) => [String(name), process.listenerCount(name)]).filter(([, count]) => count > 0)),
  env: { ...process.env },
  globals: Reflect.ownKeys(globalThis).map(String).sort(),
  cwd: process.cwd(),
  umask: process.umask(),
  title: process.title,
  exitCode: process.exitCode ?? null,
});
const before = look();
const { embed, evaluate, train } = await import('@mochi/mochi');
async function whole(config, name) {
  const runDir = folder + '/' + name;
  const { stateSha256, lossNats } = await train(config, { runDir });
  const { results } = await evaluate(runDir, { evaluators: ['knn', 'representation'] });
  const { features, names } = await embed(runDir, { out: runDir + '.npy' });
  return { stateSha256, lossNats, results, names, features: Array.from(features) };
}
const alone = [await whole(one, 'one'), await whole(two, 'two')];
const after = look();
const atOnce = await Promise.all([whole(one, 'one-at-once'), whole(two, 'two-at-once')]);
writeFileSync(answerPath, JSON.stringify({ before, after, last: look(), alone, atOnce, exits }));
`;

interface Look {
  readonly env: Readonly<Record<string, string>>;
  readonly globals: readonly string[];
}
interface Answer {
  readonly before: Look;
  readonly after: Look;
  readonly last: Look;
  readonly alone: readonly [{ stateSha256: string }, { stateSha256: string }];
  readonly atOnce: unknown;
  readonly exits: number;
}

/** What docs/embedding.md states: variables that TensorFlow reads, and names of ours, signal-exit, TensorFlow.js, zod and tslib (the last two: `__`). */
const ENV = ['TF_ENABLE_ONEDNN_OPTS', 'TF_CPP_MIN_LOG_LEVEL'];
const GLOBAL = /^(Symbol\(mochi\.tensorflow\)|Symbol\(signal-exit emitter\)|_tfGlobals|_tfengine|__\w+)$/;

test('a program that trains, evaluates and embeds ends by itself, says nothing, and finds its process as it was', async () => {
  const folder = temporaryFolder();
  const one = tinyConfig(await imageFolder(12), { train: { epochs: 1, batchSize: 4 } });
  const two = { ...one, seed: 8, sampler: 'uniform' };
  const [request, answer] = [join(folder, 'request.json'), join(folder, 'answer.json')];
  writeFileSync(request, JSON.stringify({ one, two, folder }));
  const { TF_CPP_MIN_LOG_LEVEL: _, TF_ENABLE_ONEDNN_OPTS: __, NODE_OPTIONS: ___, ...env } = process.env;
  const ended = spawnSync(process.execPath, ['--input-type=module', '--eval', PROGRAM, request, answer], {
    cwd: fileURLToPath(new URL('..', import.meta.url)),
    encoding: 'utf8',
    env,
  });
  expect({ status: ended.status, signal: ended.signal, stdout: ended.stdout, stderr: ended.stderr }).toEqual({
    status: 0,
    signal: null,
    stdout: '',
    stderr: '',
  });
  const { before, after, last, alone, atOnce, exits } = JSON.parse(readFileSync(answer, 'utf8')) as Answer;
  expect(exits).toBe(0);
  const without = ({ env, globals, ...rest }: Look) => ({
    ...rest,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => !ENV.includes(name))),
    globals: globals.filter((name) => !GLOBAL.test(name)),
  });
  expect(without(after)).toEqual(without(before));
  expect(last).toEqual(after);
  expect(atOnce).toEqual(alone);
  expect(alone[0].stateSha256).not.toBe(alone[1].stateSha256);
});
