import { BANK, type Plugin } from '@mochi/contract';
import { expect, test } from 'vitest';
import { CLOCK, extension, fails, plugin, provides, run } from '../../test/run-fixture.js';

test.each<[string, Plugin[], object, string, RegExp]>([
  [
    'a plugin of a kind that provides nothing',
    [plugin('bank', 'empty', () => {})],
    { bank: 'empty' },
    'MOCHI_PLUGIN_PROVIDES_NOTHING',
    /"empty" \(bank\) is of kind bank.*"bank"/,
  ],
  [
    "another plugin's provider does not count",
    [provides('a'), plugin('sampler', 'empty', () => {})],
    { sampler: ['a', 'empty'] },
    'MOCHI_PLUGIN_PROVIDES_NOTHING',
    /"empty" \(sampler\.1\)/,
  ],
  [
    'a need that nothing meets',
    [extension('needy', () => {}, { needs: [CLOCK] })],
    { plugins: ['needy'] },
    'MOCHI_TOKEN_MISSING',
    /"needy" \(extension:needy\) needs "clock"/,
  ],
  [
    'a need of a section, with the plugins that would meet it',
    [extension('needy', () => {}, { needs: [BANK] }), plugin('bank', 'fifo', () => {})],
    { plugins: ['needy'] },
    'MOCHI_TOKEN_MISSING',
    /Add a section for the bank; known plugins: fifo/,
  ],
  [
    'two providers of one token',
    [
      extension('one', (host) => host.provide(CLOCK, () => ({ now: 1 }))),
      extension('two', (host) => host.provide(CLOCK, () => ({ now: 2 }))),
    ],
    { plugins: ['one', 'two'] },
    'MOCHI_TOKEN_TAKEN',
    /"one" \(extension:one\) and "two" \(extension:two\) both provide "clock"/,
  ],
  [
    'inject in setup',
    [extension('hasty', (host) => void host.inject(CLOCK))],
    { plugins: ['hasty'] },
    'MOCHI_INJECT_TOO_EARLY',
    /"hasty".*in setup/,
  ],
  [
    'a state registered twice',
    [
      extension('twice', (host) => {
        host.state('x', () => null as never);
        host.state('x', () => null as never);
      }),
    ],
    { plugins: ['twice'] },
    'MOCHI_STATE_TAKEN',
    /the state "x" twice/,
  ],
])('refused before anything runs: %s', async (_, known, config, code, message) => {
  const error = await fails(run(config, known));
  expect(error.code).toBe(code);
  expect(error.message).toMatch(message);
});

test('a setup that throws is named, its cause kept, and what was set up before it is disposed, last first', async () => {
  const disposed: string[] = [];
  const good = (name: string) =>
    extension(name, (host) => host.onDispose(async () => void (await Promise.resolve(), disposed.push(name))));
  const cause = new Error('no disk');
  const bad = extension('bad', async (host) => {
    host.onDispose(() => void disposed.push('bad'));
    await Promise.resolve();
    throw cause;
  });
  let reached = false;
  const after = extension('after', () => void (reached = true));
  const error = await fails(run({ plugins: ['a', 'b', 'bad', 'after'] }, [good('a'), good('b'), bad, after]));
  expect(error).toMatchObject({
    code: 'MOCHI_PLUGIN_SETUP_FAILED',
    cause,
    happened: 'Plugin "bad" (extension:bad) failed in setup: no disk',
  });
  expect(disposed).toEqual(['bad', 'b', 'a']);
  expect(reached).toBe(false);
});

test.each<[string, unknown, RegExp]>([
  ['without a name', { init() {}, mask() {}, enqueue() {} }, /"odd" \(bank\) provided a service of kind bank without name/],
  ['with a field of another type', { name: 'x', init: 1 }, /bank whose init is of the type number/],
  ['that is nothing', undefined, /bank which is undefined/],
  ['that is a Promise', Promise.resolve({}), /bank which is a Promise/],
])('a service %s is refused when it is made', async (_, service, message) => {
  const odd = plugin('bank', 'odd', (host) => host.provide(BANK, () => service as never));
  await using host = await run({ bank: 'odd' }, [odd]);
  expect(() => host.all('bank')).toThrow(
    expect.objectContaining({ code: 'MOCHI_SERVICE_INVALID', message: expect.stringMatching(message) }),
  );
});

test('what is provided when setup is over is refused', async () => {
  let late: () => void = () => {};
  const slow = extension('slow', (host) => void (late = () => host.provide(CLOCK, () => ({ now: 1 }))));
  await using _ = await run({ plugins: ['slow'] }, [slow]);
  expect(late).toThrow(
    expect.objectContaining({
      code: 'MOCHI_SETUP_OVER',
      happened: 'Plugin "slow" (extension:slow) called host.provide of "clock" when its setup was over, so nobody would see it.',
    }),
  );
});
