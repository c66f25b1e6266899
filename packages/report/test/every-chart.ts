import type { Atlas, Block, Chart, Page } from '@mochi/report';

/** A red and a blue pixel, each a cell. */
const atlas: Atlas = {
  url: 'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAIAAAB7QOjdAAAAD0lEQVR4nGP4z8DA8J8BAAkIAf8HKw2vAAAAAElFTkSuQmCC',
  ...{ cell: 1, columns: 2, count: 2 },
};
const steps = Array.from({ length: 60 }, (_, at) => at * 10);
const common = (id: string): { id: string; title: string; summary: string } => ({ id, title: `Title of ${id}`, summary: `Summary of ${id}` }); // prettier-ignore

/** One chart of each kind. */
export const charts: readonly Chart[] = [
  { ...common('curves'), kind: 'curves', x: { label: 'step' }, y: { label: 'nats' }, smooth: true, bands: 'one deviation', lines: [0, 1].map((group) => ({ group, points: steps.map((x) => [x, group + Math.sin(x)] as const), band: steps.map((x) => [x, group - 1, group + 2] as const) })) }, // prettier-ignore
  { ...common('base'), kind: 'curves', x: { label: 'step' }, y: { label: 'share' }, smooth: false, lines: [{ group: 0, name: 'FN@N', points: [[1, 0.2], [2, 0.3]] }, { group: 0, name: 'base rate', points: [[1, 0.1], [2, 0.1]], dashed: true }] }, // prettier-ignore
  { ...common('path'), kind: 'path', x: { label: 'uniformity' }, y: { label: 'alignment' }, at: 'step', paths: [{ group: 0, points: [[-1, 1, 0], [-2, 0.5, 10]] }, { group: 1, points: [[-1.5, 0.8, 10]] }] }, // prettier-ignore
  { ...common('heat'), kind: 'heat', x: { label: 'epoch', values: [1, 2, 3] }, y: { label: 'rank', values: [1, 2] }, value: { label: 'probability', log: true }, cells: [[0.2, 0.3, 0.4], [0.1, null, 0.05]] }, // prettier-ignore
  { ...common('bars'), kind: 'bars', x: { label: 'seconds' }, parts: ['step', 'wait'], bars: [{ name: 'a', values: [3, 1] }, { name: 'b', values: [2, 2] }] }, // prettier-ignore
  { ...common('intervals'), kind: 'intervals', x: { label: 'difference' }, zero: 0, interval: '95 %', rows: [{ name: 'mochi', group: 1, mean: 1, low: 0.5, high: 1.5, points: [0.8, 1.2] }, { name: 'one seed', group: 0, mean: -1, low: null, high: null, points: [-1] }] }, // prettier-ignore
  { ...common('map'), kind: 'map', views: [{ name: 'PCA', axes: ['x', 'y'], points: [[0, 0], [1, 1], [2, 0]] }, { name: 'UMAP', axes: ['u', 'v'], points: [[2, 1], [0, 0], [1, 1]] }], labels: [0, 1, -1], classes: ['cat', 'dog'], names: ['first.png', 'second.png', 'third.png'], atlas: 0, images: [0, 1, 0] }, // prettier-ignore
  { ...common('matrix'), kind: 'matrix', rows: { label: 'class' }, columns: { label: 'taken for' }, classes: ['cat', 'dog'], counts: [[3, 1], [0, 4]] }, // prettier-ignore
];

/** A chart that is folded away. */
const folded: Chart = { ...common('folded'), kind: 'curves', x: { label: 'step' }, y: { label: 'nats' }, smooth: false, lines: [{ group: 0, points: [[1, 2], [2, 1]] }] }; // prettier-ignore

const blocks: Block[] = [
  { kind: 'table', table: { caption: 'A table', columns: ['run', 'top1 (%)', 'note'], rows: [['a', 12.5, { text: 'differs', mark: 'differs' }], ['b', null, '<b>']], groups: [0, 1], csv: 'a-table' } }, // prettier-ignore
  { kind: 'images', strip: { caption: 'Some images', size: 40, columns: ['query', '1'], rows: [{ label: 'one', images: [{ atlas: 0, at: 0, label: 'red' }, { atlas: 0, at: 1, label: 'blue', mark: 'good' }] }] } }, // prettier-ignore
  { kind: 'text', level: 'warning', text: 'Something is missing.' },
  { kind: 'details', summary: 'More', text: '{"a": "</pre>"}' },
  { kind: 'folded', summary: 'Charts', blocks: [{ kind: 'chart', chart: folded }] },
  ...charts.map((chart): Block => ({ kind: 'chart', chart })),
];

/** A page with everything that a page can have. */
export const everyBlock: Page = {
  ...{ title: 'Everything </script>', subtitle: 'two runs', groups: ['a', 'b'], atlases: [atlas] },
  notes: [{ level: 'error', text: 'the run failed' }],
  sections: [{ id: 'all', title: 'All', intro: 'How to read it.', blocks, smoothing: true }],
};
