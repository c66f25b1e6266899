// The site of this folder: node packages/tools/site/build.mjs puts its pages together (pages/) and builds it (dist/).
import { readFileSync } from 'node:fs';

const sidebar = JSON.parse(readFileSync(new URL('pages/sidebar.json', import.meta.url), 'utf8'));

export default {
  title: 'mochi',
  description: 'Image representations without labels, by contrastive learning with hard negative mixing',
  srcDir: '.vitepress/pages',
  outDir: '.vitepress/dist',
  cacheDir: '.vitepress/cache',
  cleanUrls: true,
  ignoreDeadLinks: false,
  markdown: { math: true },
  themeConfig: {
    nav: [
      { text: 'Quickstart', link: '/quickstart' },
      { text: 'Plugins', link: '/plugins' },
      { text: 'Configuration', link: '/config' },
      { text: 'API', link: '/api/' },
    ],
    sidebar,
    outline: [2, 3],
    search: { provider: 'local' },
  },
};
