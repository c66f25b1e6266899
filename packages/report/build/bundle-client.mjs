// Bundles what runs in the page (charts, their library, the style) into generated/, from where the report takes it into each file that it
// writes. Takes a fraction of a second.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
mkdirSync(join(root, 'generated'), { recursive: true });
await build({
  entryPoints: { client: join(root, 'client', 'main.ts'), style: join(root, 'client', 'style.css') },
  outdir: join(root, 'generated'),
  bundle: true,
  minify: true,
  format: 'iife',
  platform: 'browser',
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'inline',
  logLevel: 'error',
});
