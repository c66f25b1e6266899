import { expect, test } from 'vitest';
import { anchorsOf, linkBetween, mapLinks, resolveTarget, slug } from '../site/links.mjs';
import { Stage, sitePath } from '../site/stage.mjs';

test.each([
  ['[a](x.md)', '[a](X.md)'],
  ['[`a`](x.md) and ![b](y.png)', '[`a`](X.md) and ![b](Y.png)'],
  ['| [`a`](x.md) | `b` | [`c`](z.md) |', '| [`a`](X.md) | `b` | [`c`](Z.md) |'],
  ['[a]: x.md', '[a]: X.md'],
  ['`[a](x.md)`', '`[a](x.md)`'],
  ['```\n[a](x.md)\n```\n[a](x.md)', '```\n[a](x.md)\n```\n[a](X.md)'],
  ['[a [b]](x.md)', '[a [b]](X.md)'],
])('links of %s', (text, changed) =>
  expect(mapLinks(text, (target) => target.replace(/^./, (first) => first.toUpperCase()))).toBe(changed),
);

test('a target is a file of the repository, or a problem', () => {
  expect(resolveTarget('docs/cli.md', '../README.md#use-it')).toEqual({ path: 'README.md', anchor: 'use-it', isFolder: false });
  expect(resolveTarget('docs/cli.md', 'absent.md')).toEqual({ problem: 'docs/cli.md: absent.md leads nowhere' });
  expect(resolveTarget('docs/cli.md', '../../x')).toHaveProperty('problem');
});

test.each([
  ['docs/cli.md', 'cli.md'],
  ['docs/decisions/001-x.md', 'decisions/001-x.md'],
  ['packages/samplers/README.md', 'packages/samplers/index.md'],
  ['packages/samplers/src/mochi/README.md', 'packages/samplers/mochi.md'],
  ['packages/testing/reference/README.md', 'packages/testing/reference.md'],
])('%s stands at %s', (path, site) => expect(sitePath(path)).toBe(site));

test('links of the site are relative', () => {
  expect(linkBetween('packages/samplers/mochi.md', 'cli.md')).toBe('../../cli.md');
  expect(linkBetween('cli.md', 'config.md')).toBe('./config.md');
});

test('headings have the ids that VitePress gives them', () => {
  expect(slug('How many negatives, for how many classes')).toBe('how-many-negatives-for-how-many-classes');
  expect(slug('`knn` (top-1)')).toBe('knn-top-1');
  expect(anchorsOf('# A\n```\n# no\n```\n## B c {#own}\n')).toEqual(new Set(['a', 'own']));
});

test('a link to a heading that is not there is a problem, one to a source makes a page of it', () => {
  const stage = new Stage(null);
  stage.pages.set('docs/cli.md', '# Command line\n');
  const text = stage.withLinks('docs/why.md', 'why.md', '[a](cli.md#nothing) [b](../packages/tools/count.mjs) <!-- gone -->');
  expect(stage.problems).toEqual(['docs/why.md: cli.md#nothing: no such heading']);
  expect(text).toBe('[a](./cli.md#nothing) [b](./source/packages/tools/count.mjs.md) ');
});
