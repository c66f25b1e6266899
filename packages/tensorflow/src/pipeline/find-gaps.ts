/**
 * Which elements a pipeline skipped. Elements keep their order, so what was expected and did not arrive before the last arrival was left out.
 *
 * @param expected Indices in the order in which they were fed. @param received Those that arrived, a subsequence of `expected`.
 * @param options ended: the pass is over, so what did not arrive after the last arrival was skipped too. Default false.
 * @returns The skipped ones, in their order.
 */
export function findGaps(
  expected: Iterable<number>,
  received: Iterable<number>,
  { ended = false }: { ended?: boolean } = {},
): number[] {
  const gaps: number[] = [];
  const fed = expected[Symbol.iterator]();
  for (const arrived of received) {
    for (let step = fed.next(); !step.done && step.value !== arrived; step = fed.next()) gaps.push(step.value);
  }
  if (ended) for (let step = fed.next(); !step.done; step = fed.next()) gaps.push(step.value);
  return gaps;
}
