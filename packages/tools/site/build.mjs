// Builds the site of docs/ into docs/.vitepress/dist. Dead links, within the repository too, are errors.
//   node packages/tools/site/build.mjs [--serve]
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from '../release/pack.mjs';
import { writeApi } from './api.mjs';
import { allPages, pluginCards, pluginsPage } from './pages.mjs';
import { sidebar } from './sidebar.mjs';
import { sitePath, Stage } from './stage.mjs';

const folder = join(root, 'docs', '.vitepress', 'pages');
const vitepress = join(dirname(createRequire(import.meta.url).resolve('vitepress/package.json')), 'bin', 'vitepress.js');

const pages = allPages();
const stage = new Stage(folder);
stage.build(pages);
const cards = await pluginCards(pages);
stage.write('plugins.md', pluginsPage(cards, sitePath));
await writeApi(join(folder, 'api'));
stage.write('sidebar.json', JSON.stringify(sidebar(pages, cards), null, 2));
for (const problem of stage.problems) console.error(`dead link: ${problem}`);
const { status } = run('build', 'docs');
process.exitCode = stage.problems.length > 0 ? 1 : (status ?? 1);
if (process.exitCode === 0 && process.argv.includes('--serve')) run('preview', 'docs');

function run(...args) {
  return spawnSync(process.execPath, [vitepress, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } }); // prettier-ignore
}
