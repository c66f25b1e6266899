import {
  epochEnd,
  evaluationFailed,
  evaluationStart,
  runEnd,
  runStart,
  sampleSkipped,
  stepEnd,
  warning,
  type RunEvent,
} from '@mochi/contract';
import { Subject } from 'rxjs';
import { expect, test } from 'vitest';
import { at, BrokenPipe, Screen, shortRun } from '../../test/events.js';
import { duration, measured, significant, bytes } from './format.js';
import { progressConfig } from './config.js';
import { ProgressTracker } from './progress-tracker.js';
import { initialStatus, nextStatus, speedOf } from './status.js';
import { eventLine, liveLines, plainLine, settingsText } from './status-lines.js';

const follow = (events: readonly RunEvent[]) => events.reduce(nextStatus, initialStatus);
const upToStep = (step: number) =>
  shortRun().slice(
    0,
    shortRun().findIndex((event) => event.type === 'step-end' && (event as { step?: number }).step === step) + 1,
  );

test.each([
  { seconds: 0, text: '0 s' },
  { seconds: 59.6, text: '1 min 0 s' },
  { seconds: 200, text: '3 min 20 s' },
  { seconds: 4800, text: '1 h 20 min' },
  { seconds: 183_600, text: '2 d 3 h' },
  { seconds: Infinity, text: 'unknown' },
])('duration: $seconds s is $text', ({ seconds, text }) => expect(duration(seconds)).toBe(text));

test('numbers are short and carry their unit', () => {
  expect([0.03, 0.000015, 1234.5, 151.96].map(significant)).toEqual(['0.03', '0.000015', '1230', '152']);
  expect([measured(61.238, '%'), measured(-1.234567, 'nats'), measured(12, '')]).toEqual(['61.24 %', '-1.2346 nats', '12']);
  expect([bytes(12), bytes(4_200_000)]).toEqual(['12 B', '4.2 MB']);
});

test('speeds leave out the first step and count time between steps', () => {
  expect(speedOf(follow(upToStep(1)))).toBeNull();
  expect(speedOf(follow(upToStep(5)))).toEqual({ imagesPerSecond: 320, stepsPerSecond: 5, waitShare: 0.25, secondsLeft: 0.2 });
  const start = at(0, runStart, {
    runDir: null,
    name: 'a',
    totalSteps: 10,
    totalEpochs: 1,
    stepsPerEpoch: 10,
    parameters: 1,
    resumedFrom: null,
  });
  const step = (time: number, n: number) => at(time, stepEnd, { step: n, epoch: 0, rate: 1, stepMs: 100, waitMs: 0, images: 10 });
  // 100 ms steps, but one second from end to end: something else took the rest.
  expect(speedOf(follow([start, step(5000, 1), step(6000, 2), step(7000, 3)]))).toMatchObject({
    imagesPerSecond: 10,
    secondsLeft: 7,
  });
});

test('laps older than the window are forgotten, and an evaluation starts it anew', () => {
  const step = (time: number, n: number) => at(time, stepEnd, { step: n, epoch: 0, rate: 1, stepMs: 1, waitMs: 0, images: 1 });
  expect(follow([step(0, 1), step(10_000, 2), step(35_000, 3)]).laps.map(({ time }) => time)).toEqual([10_000, 35_000]);
  expect(follow(shortRun()).laps).toEqual([]);
});

test('a resumed run begins where it was', () => {
  const start = at(0, runStart, {
    runDir: null,
    name: 'a',
    totalSteps: 60,
    totalEpochs: 6,
    stepsPerEpoch: 10,
    parameters: 1,
    resumedFrom: 25,
  });
  expect(follow([start])).toMatchObject({ step: 25, epoch: 3 });
  expect(eventLine(start)).toBe('run a: 60 steps (6 epochs of 10 steps), 1 parameter, resumed after step 25');
});

test('the live status has at most four lines and says everything', () => {
  const skipped = at(1, sampleSkipped, { sample: 'x.jpg', reason: 'not an image' });
  const lines = liveLines(follow([...upToStep(5), skipped]));
  expect(lines).toEqual([
    '[====================    ] 83 %  epoch 2/2',
    'step 5/6   0 s left',
    'loss 7.0000 nats   learning rate 0.03',
    '320 images/s   25 % waiting for data   1 samples left out',
  ]);
  expect(liveLines(initialStatus).length).toBeLessThanOrEqual(4);
});

test('the evaluator that is at work is in sight until it is done; before training, when nothing else is, by a line too', () => {
  const [begins, first] = [4, 0].map((step) => at(1, evaluationStart, { evaluator: 'knn', step, epoch: 0 }));
  const fails = at(2, evaluationFailed, { evaluator: 'knn', step: 4, epoch: 0, code: null, message: 'no', seconds: 1 });
  expect(liveLines(follow([...upToStep(5), begins!]))[1]).toBe('step 5/6   knn is measuring');
  expect(liveLines(follow([...upToStep(5), begins!, fails]))[1]).toBe('step 5/6   time left not known yet');
  expect(follow([...upToStep(4), first!, ...upToStep(5).slice(-1)]).evaluator).toBeUndefined(); // left out: it did not end
  expect([begins!, first!].map(eventLine)).toEqual([null, 'knn measures the encoder as it is before training']);
});

test('FN@N and effective negatives stay in sight from where they are measured on', () => {
  const step = (n: number, metrics?: Record<string, number>) =>
    at(n, stepEnd, { step: n, epoch: 0, rate: 1, stepMs: 1, waitMs: 0, images: 1, ...(metrics ? { metrics } : {}) });
  const status = follow([step(1, { falseNegativesAtN: 0.1234, effectiveNegatives: 812.3, accuracy: 1 }), step(2)]);
  expect(plainLine(status)).toContain('rate 1  FN@N 12.3 %  effective negatives 812');
  expect(liveLines(status)[2]).toMatch(/FN@N 12\.3 % {3}effective negatives 812$/);
  expect(plainLine(follow([step(1, { accuracy: 1 })]))).not.toMatch(/FN@N|effective/);
});

test('a loss that is not a number is shown as such, and an epoch without one keeps the last', () => {
  const step = at(1, stepEnd, { step: 1, epoch: 0, rate: 1, stepMs: 1, waitMs: 0, images: 1, lossNats: NaN });
  expect(plainLine(follow([step]))).toContain('loss NaN nats');
  const end = at(2, epochEnd, { epoch: 0, step: 1, lossNats: NaN, seconds: 1, imagesPerSecond: 1, skipped: 0, waitShare: 0.25 });
  expect(
    follow([at(1, stepEnd, { step: 1, epoch: 0, rate: 1, stepMs: 1, waitMs: 0, images: 1, lossNats: 3 }), end]).lossNats,
  ).toBe(3);
});

test('settings: temperature is T, what is unset is left out', () => {
  expect(settingsText({ k: 200, temperature: 0.07, split: null, ks: [1, 5] })).toBe('k 200, T 0.07, ks [1,5]');
});

async function shown(screen: Screen, events: readonly RunEvent[], options: object = {}): Promise<string[]> {
  const subject = new Subject<RunEvent>();
  const tracker = new ProgressTracker({ stream: screen, ...progressConfig.parse(options) });
  tracker.start();
  tracker.record(subject);
  for (const event of events) subject.next(event);
  await tracker.close();
  expect(subject.observed).toBe(false);
  expect(screen.listenerCount('error')).toBe(0);
  return screen.text.split('\n');
}

test('where there is no terminal: plain lines at the first step, each epoch, and what deserves its own line', async () => {
  const screen = new Screen(false);
  expect(await shown(screen, shortRun())).toEqual([
    'run a in /runs/a: 6 steps (2 epochs of 3 steps), 1,234,567 parameters',
    'epoch 1/2  step 1/6  loss not known yet  rate 0.03',
    'epoch 1/2  step 3/6  loss 7.2500 nats  rate 0.03  320 images/s  1 s left  data wait 25 %',
    'epoch 2/2  step 6/6  loss 7.2500 nats  rate 0.03  320 images/s  0 s left  data wait 25 %',
    'knn: top1 61.24 %  (epoch 2, step 6, k 200, T 0.07, layer backbone; took 1 s)',
    'checkpoint (end): /runs/a/last, 4.2 MB',
    'run finished after step 6, 3 s',
    '',
  ]);
  expect(screen.text).not.toContain('\u001b');
});

test('a run that ends within an epoch tells its last step', async () => {
  const start = at(0, runStart, { runDir: null, name: 'a', totalSteps: 2, totalEpochs: 1, stepsPerEpoch: 9, parameters: 1, resumedFrom: null }); // prettier-ignore
  const step = (n: number) =>
    at(n, stepEnd, { step: n, epoch: 0, rate: 1, stepMs: 1, waitMs: 0, images: 1, lossNats: n, metrics: {} });
  const lines = await shown(new Screen(false), [start, step(1), step(2)]);
  expect(lines.slice(1, 3)).toEqual([
    expect.stringContaining('step 1/2  loss 1.0000'),
    expect.stringContaining('step 2/2  loss 2.0000'),
  ]);
});

test('plain lines come every so many seconds', async () => {
  const lines = await shown(new Screen(false), shortRun(), { everySeconds: 0.2 });
  expect(lines.filter((line) => line.startsWith('epoch'))).toHaveLength(6); // two steps and the end of each epoch, whose last step is not told twice
});

test('on a terminal: the status is rewritten in place, evaluations stay, and nothing is left of the status at the end', async () => {
  const screen = new Screen(true);
  await shown(screen, shortRun());
  expect(screen.text).toContain('\u001b');
  expect(screen.text).toContain('320 images/s');
  expect(replay(screen.text)).toEqual([
    'run a in /runs/a: 6 steps (2 epochs of 3 steps), 1,234,567 parameters',
    'knn: top1 61.24 %  (epoch 2, step 6, k 200, T 0.07, layer backbone; took 1 s)',
    'checkpoint (end): /runs/a/last, 4.2 MB',
    'run finished after step 6, 3 s',
  ]);
});

test('on a narrow terminal the status is cut, never wrapped', async () => {
  const screen = new Screen(true, 20);
  await shown(screen, upToStep(5));
  const widest = Math.max(
    ...replay(screen.text.slice(0, screen.text.lastIndexOf('images/s')))
      .slice(-4)
      .map((line) => line.length),
  );
  expect(widest).toBeLessThanOrEqual(20);
});

test('pictures keep their distance', async () => {
  const [often, seldom] = [new Screen(true), new Screen(true)];
  await shown(often, upToStep(6), { refreshMs: 1 });
  await shown(seldom, upToStep(6), { refreshMs: 10_000 });
  expect(seldom.writes).toBeLessThan(often.writes);
});

test('a warning says why; of a failed run whoever started it does', () => {
  expect(eventLine(at(1, runEnd, { step: 3, epoch: 0, seconds: 90, outcome: 'failed', reason: 'loss is not finite' }))).toBe(
    'run failed after step 3, 1 min 30 s',
  );
  expect(eventLine(at(1, warning, { source: 'knn', message: 'k clamped' }))).toBe('warning (knn): k clamped');
});

test('a terminal that goes away stops nothing', async () => {
  const stream = Object.assign(new BrokenPipe(), { isTTY: true });
  const subject = new Subject<RunEvent>();
  const tracker = new ProgressTracker({ stream, ...progressConfig.parse({}) });
  tracker.record(subject);
  for (const event of shortRun()) {
    subject.next(event);
    await new Promise((done) => setImmediate(done));
  }
  await tracker.close();
  expect(stream.destroyed).toBe(true);
});

/** What a terminal would show: understands the few sequences that the live status uses. */
function replay(text: string): string[] {
  const lines = [''];
  let [row, column] = [0, 0];
  // eslint-disable-next-line no-control-regex
  for (const [part, , number, code] of text.matchAll(/\u001b\[(\??)(\d*)([A-Za-z])|\n|[^\u001b\n]+/g)) {
    if (part === '\n') [row, column] = [row + 1, 0];
    else if (code === undefined) {
      lines[row] = (lines[row] ?? '').slice(0, column) + part + (lines[row] ?? '').slice(column + part.length);
      column += part.length;
    } else if (code === 'A') row = Math.max(0, row - Number(number || 1));
    else if (code === 'B') row += Number(number || 1);
    else if (code === 'G') column = 0;
    else if (code === 'K') lines[row] = number === '2' ? '' : (lines[row] ?? '').slice(0, column);
    lines[row] ??= '';
  }
  return lines.filter((line) => line !== '');
}
