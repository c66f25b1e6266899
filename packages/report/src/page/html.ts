import { readFile } from 'node:fs/promises';
import { blockHtml, chartsIn } from './blocks.js';
import type { Chart } from './charts.js';
import { escaped, scriptJson } from './escape.js';
import type { Atlas, Page, Section } from './page.js';
import { groupColours } from './palette.js';

/** What the page's script gets to draw. */
export interface PageData {
  readonly title: string;
  readonly groups: readonly string[];
  readonly charts: readonly Chart[];
  readonly atlases: readonly Omit<Atlas, 'url'>[];
}

/** The page as one file: style, script, data and images are in it, and it asks for no other. */
export async function renderPage(page: Page): Promise<string> {
  const part = (name: string): Promise<string> => readFile(new URL(`../../generated/${name}`, import.meta.url), 'utf8');
  const [style, script] = await Promise.all([part('style.css'), part('client.js')]);
  const charts = page.sections.flatMap(({ blocks }) => chartsIn(blocks));
  const atlases = page.atlases.map(({ url: _, ...atlas }) => atlas);
  const data: PageData = { title: page.title, groups: page.groups, charts, atlases };
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="mochi">
<title>${escaped(page.title)}</title>
<link rel="icon" href="data:,">
<style>
${style}${colourRules(page.groups.length)}${page.atlases.map(atlasRule).join('')}
</style>
</head>
<body>
<a class="skip" href="#content">Skip to the content</a>
<header>
<div><h1>${escaped(page.title)}</h1><p>${escaped(page.subtitle)}</p></div>
<button type="button" id="theme" aria-label="Switch between light and dark">Theme</button>
</header>
<nav aria-label="Sections">${page.sections.map(({ id, title }) => `<a href="#${id}">${escaped(title)}</a>`).join('')}</nav>
<fieldset id="legend" class="legend"><legend>Shown</legend></fieldset>
<main id="content">
<noscript><p class="note warning">The plots are drawn by a script in this file, which the browser does not run. Tables and images are shown all the same.</p></noscript>
${page.notes.map(({ level, text }) => `<p class="note ${level}">${escaped(text)}</p>`).join('\n')}
${page.sections.map((section) => sectionHtml(section, page)).join('\n')}
</main>
<p id="said" class="unseen" role="status"></p>
<script type="application/json" id="data">${scriptJson(data)}</script>
<script>
${script.replaceAll('</script', '<\\/script')}
</script>
</body>
</html>
`;
}

function sectionHtml({ id, title, intro, blocks, smoothing }: Section, page: Page): string {
  const slider = smoothing
    ? `<p class="control"><label for="smoothing">Smoothing</label> <input type="range" id="smoothing" min="0" max="0.98" step="0.02" value="0.6"> <output for="smoothing">0.60</output></p>`
    : '';
  return `<section id="${id}" aria-labelledby="${id}-title">
<h2 id="${id}-title">${escaped(title)}</h2>
${intro ? `<p class="intro">${escaped(intro)}</p>` : ''}${slider}
<div class="blocks">
${blocks.map((block) => blockHtml(block, page)).join('\n')}
</div>
</section>`;
}

const colourRules = (count: number): string =>
  groupColours(count)
    .map(([light, dark], at) => `.g${at}{--group:light-dark(${light},${dark})}`)
    .join('');

const atlasRule = ({ url, columns, count }: Atlas, at: number): string =>
  `.a${at}{background-image:url(${url});--columns:${columns};--lines:${Math.ceil(count / columns)}}`;
