import { compile, disposeTree } from '@mochi/tensorflow';
import { leakFree } from '../leak-free.js';
import { checkBlocks } from './blocks.js';
import { require, requireRepeatable, requireSame, snapshot, takeRows } from './compare.js';
import { permuted, type SampleInputs } from './sampler-context.js';
import { onlyTensors, perQuery, type Rig } from './sampler-rig.js';

/** Functions such as the logarithm round by where a number stands in its vector, and a compiled graph may reorder. Row numbers stay exact. */
const ROUNDING = { rtol: 1e-5, atol: 1e-6 };

export function wellFormed({ batch, capacity, inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  checkBlocks(sample(given, phase), { batch, capacity, dim: given.queries.shape[1] });
}

export function deterministic({ inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  requireRepeatable(() => snapshot(sample(given, phase)), 'a second call');
}

export function compiles({ inputs, sample }: Rig, phase: string, step: number): void {
  const traced = compile((given: SampleInputs) => onlyTensors(sample(given, phase)), { name: 'conformance' });
  try {
    // The second step runs the trace of the first: a draw of JavaScript would be frozen in it.
    for (const at of [step, step + 1]) {
      const given = inputs(at);
      const want = snapshot(onlyTensors(sample(given, phase)));
      requireSame(snapshot(traced(given)), want, `compiled at step ${at}, traced at step ${step}`, ROUNDING);
    }
    require(traced.traces === 1, `two steps of one signature were traced ${traced.traces} times`);
  } finally {
    traced.dispose();
  }
}

export function leaksNothing({ inputs, sample }: Rig, phase: string, step: number): void {
  // The first call may make constants that stay.
  const first = inputs(step);
  disposeTree([first, onlyTensors(sample(first, phase))] as never);
  leakFree([inputs(step)], (given) => sample(given, phase));
}

export function equivariant({ batch, inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  const order = Array.from({ length: batch }, (_, at) => batch - 1 - at);
  const [got, want] = [perQuery(sample(permuted(given, order), phase)), takeRows(perQuery(sample(given, phase)), order)];
  requireSame(
    got,
    want,
    "a query's negatives depend on its place in the batch, or on another query: the batch reversed",
    ROUNDING,
  );
}

export function splits({ batch, inputs, sample }: Rig, phase: string, step: number): void {
  const given = inputs(step);
  const half = Array.from({ length: Math.ceil(batch / 2) }, (_, at) => at);
  const [got, want] = [perQuery(sample(permuted(given, half), phase)), takeRows(perQuery(sample(given, phase)), half)];
  requireSame(got, want, "a query's negatives depend on how many are in its batch: half of the batch", ROUNDING);
}
