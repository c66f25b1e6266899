import { expect, test } from 'vitest';
import type { Curves } from '../run/events.js';
import { falseNegativesSection, representationSection } from './negatives.js';

const curves = (of: Record<string, number[]>): Curves =>
  new Map(Object.entries(of).map(([name, values]) => [name, values.map((value, at) => ({ step: 10 * (at + 1), value }))]));
const uniformity = { 'representation/uniformity': [-1, -2] };
const runs = [
  { name: 'views', group: 0, curves: curves({ ...uniformity, 'representation/alignment': [0.5, 0.4] }) },
  { name: 'plain', group: 1, curves: curves({ ...uniformity, positiveSimilarity: [0.9, 0.8] }) },
  { name: 'none', group: 2, curves: curves({ loss: [1, 2] }) },
];

test('alignment of the evaluator and of training batches are never in one chart', () => {
  const { blocks } = representationSection(runs);
  const charts = blocks.flatMap((block) => (block.kind === 'chart' && block.chart.kind === 'path' ? [block.chart] : []));
  expect(charts.map(({ id, paths }) => [id, paths])).toEqual([
    ['alignment-uniformity', [{ group: 0, points: [[-1, 0.5, 10], [-2, 0.4, 20]] }]],
    ['batch-alignment-uniformity', [{ group: 1, points: [[-1, expect.closeTo(0.2, 6), 10], [-2, expect.closeTo(0.3, 6), 20]] }]],
  ]);
  expect(charts[0]!.y.label).not.toBe(charts[1]!.y.label);
  expect(blocks.at(-1)).toMatchObject({ kind: 'text', text: expect.stringMatching(/Not measured for none: .*views: true/) });
}); // prettier-ignore

test('where the evaluator measured all, there is one chart', () => {
  expect(representationSection([runs[0]!]).blocks).toHaveLength(1);
});

test('FN@N says its N, where the configs of all runs have it', () => {
  const run = { name: 'a', group: 0, curves: curves({ falseNegativesAtN: [0.1] }) };
  const titleOf = (...given: readonly object[]): unknown => falseNegativesSection(given as never).blocks[0];
  const plugins = [{ use: 'negative-metrics', n: 128 }];
  expect(titleOf({ ...run, config: { plugins } })).toMatchObject({ chart: { title: 'FN@128 and its base rate' } });
  expect(titleOf({ ...run, config: { plugins } }, run)).toMatchObject({ chart: { title: 'FN@N and its base rate' } });
});

test('FN@N says on which side of the filters it stands', () => {
  const { blocks } = falseNegativesSection([{ name: 'a', group: 0, curves: curves({ falseNegativesAtN: [0.1], sameClassShare: [0.05] }) }]); // prettier-ignore
  expect(blocks[0]).toMatchObject({ chart: { summary: expect.stringMatching(/before the samplers that leave rows out/) } });
});
