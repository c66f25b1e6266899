import { expect, test } from 'vitest';
import { collectOps } from './collect-ops.js';
import type { TraceEvent, TraceLine } from './read-xspace.js';

const event = (name: string, startMs: number, ms: number, id?: number): TraceEvent => ({
  name,
  kind: name.includes(':') && !name.includes(' ') && !name.includes('::') ? name.slice(name.indexOf(':') + 1) : '',
  startMs,
  ms,
  stats: id === undefined ? {} : { id },
});
const thread = (name: string, ...events: TraceEvent[]): TraceLine => ({ plane: '/host:CPU', name, events });
/** A call of a compiled function, from `startMs` for 10 ms. */
const call = (name: string, startMs: number, id: number) =>
  thread(name, event(`EagerLocalExecute: mochi_${name}`, startMs, 10), event('FunctionRun', startMs + 1, 0.1, id));

test('an op belongs to the function of the run that its executor works on', () => {
  const lines = [
    call('first', 0, 7),
    call('second', 0, 8), // at the same time
    thread('worker', event('ExecutorState::Process', 2, 5, 8), event('a/Conv2D_1:Conv2D', 3, 1)),
  ];
  expect(collectOps(lines)).toMatchObject([{ node: 'a/Conv2D_1', op: 'Conv2D', within: 'mochi_second' }]);
});

test('where the recording ended before the executor did, it is the only call under way', () => {
  const op = thread('worker', event('a/Conv2D_1:Conv2D', 3, 1));
  expect(collectOps([call('first', 0, 7), call('second', 20, 8), op])).toMatchObject([{ within: 'mochi_first' }]);
  expect(collectOps([call('first', 0, 7), call('second', 1, 8), op])).toMatchObject([{ within: null }]); // could be either
  expect(collectOps([call('first', 20, 7), op])).toMatchObject([{ within: null }]);
});
