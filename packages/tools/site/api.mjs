// The API reference out of the docstrings: one page for each package.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Application } from 'typedoc';
import { published, root } from '../release/pack.mjs';

/** Writes `api/NAME.md` for every package, and `api/index.md`. */
export async function writeApi(folder) {
  const out = mkdtempSync(join(tmpdir(), 'mochi-api-'));
  try {
    const packages = published().filter(({ exports }) => exports?.['.']?.['@mochi/source'] !== undefined);
    const app = await Application.bootstrapWithPlugins(options(packages, out));
    const project = await app.convert();
    if (!project) throw new Error('typedoc made nothing of the sources.');
    await app.generateOutputs(project);
    collect(out, folder, packages);
  } finally {
    rmSync(out, { recursive: true, force: true });
  }
}

const options = (packages, out) => ({
  entryPoints: packages.map(({ folder }) => join(root, folder, 'src/index.ts')),
  basePath: join(root, 'packages'),
  tsconfig: join(dirname(fileURLToPath(import.meta.url)), 'tsconfig.json'),
  plugin: ['typedoc-plugin-markdown'],
  skipErrorChecking: true, // tsc -b has checked
  readme: 'none',
  excludePrivate: true,
  disableSources: true,
  router: 'module',
  hideBreadcrumbs: true,
  hidePageHeader: true,
  useCodeBlocks: true,
  parametersFormat: 'table',
  logLevel: 'Error', // names of nested options after @param are not known to it
  outputs: [{ name: 'markdown', path: out }],
});

function collect(out, folder, packages) {
  mkdirSync(folder, { recursive: true });
  for (const { folder: path, name } of packages) {
    const short = path.split('/')[1];
    const page = readFileSync(join(out, short, 'src.md'), 'utf8');
    writeFileSync(join(folder, `${short}.md`), tidy(page, name));
  }
  const list = packages.map(({ folder: path, name, description }) => `| [\`${name}\`](./${path.split('/')[1]}.md) | ${description} |`); // prettier-ignore
  writeFileSync(
    join(folder, 'index.md'),
    `# API reference\n\nOut of the docstrings: shapes, units, errors, sources. What these names promise over versions: [Stability](../stability.md).\n\n| package | |\n| --- | --- |\n${list.join('\n')}\n`,
  );
}

/** `[B, K]: text` at the start of a line is a shape here, where Markdown would take it for the definition of a link and show nothing. */
const tidy = (page, name) =>
  page
    .replace(/^# .*$/m, `# ${name}`)
    .replaceAll(/^(\s*(?:\| )?)\[([^\]\n]+)\]:/gm, '$1\\[$2\\]:')
    .replaceAll(/\]\((?:\.\.\/)*([\w-]+)\/src\.md/g, '](./$1.md')
    .replaceAll(/\]\(src\.md/g, `](./${name.split('/')[1]}.md`);
