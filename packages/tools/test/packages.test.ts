import { describe, expect, test } from 'vitest';
import { exists, packagesIn, read, readJson } from './repository.js';

interface Manifest {
  name: string;
  version: string;
  description?: string;
  license?: string;
  type?: string;
  private?: boolean;
  engines?: { node?: string };
  exports?: Record<string, unknown>;
  files?: string[];
  scripts?: Record<string, string>;
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
  devDependencies?: Record<string, string>;
}
interface Turbo {
  extends?: string[];
  tags?: string[];
  boundaries?: { tags: Record<string, unknown> };
}

const tags = Object.keys(readJson<Turbo>('turbo.json').boundaries!.tags);
const published = packagesIn('packages').filter((path) => !readJson<Manifest>(`${path}/package.json`).private);

test('the packages of the design are there', () => expect(published.length).toBeGreaterThanOrEqual(18));

describe.each(published)('%s', (path) => {
  const manifest = readJson<Manifest>(`${path}/package.json`);
  const folder = path.split('/')[1]!;

  test('is named after its folder and says what it is', () => {
    expect(manifest.name).toBe(folder.startsWith('create-') ? folder : `@mochi/${folder}`); // npm create asks for that name
    expect(manifest.description).toMatch(/^[A-Z].{20,}\.$/);
  });

  test('has the licence, module type and Node floor of the project', () => {
    expect(manifest).toMatchObject({ license: 'Apache-2.0', type: 'module', engines: { node: '>=20.15' } });
  });

  test('exports sources to this repository, and the build to everybody else', () => {
    expect(manifest.exports).toMatchObject({
      '.': { '@mochi/source': './src/index.ts', types: './dist/index.d.ts', default: './dist/index.js' },
    });
    // Sources go along: declaration maps and source maps point at them.
    expect(manifest.files).toEqual(
      expect.arrayContaining(['dist', '!dist/.tsbuildinfo', 'src', '!src/**/*.test.ts', 'README.md']),
    );
  });

  test('has the same scripts as the others', () => {
    expect(Object.keys(manifest.scripts ?? {})).toEqual(expect.arrayContaining(['build', 'test'])); // some have more
    expect(manifest.scripts!['build']).toMatch(/(?:^|&& )tsc -b(?: &&|$)/);
    expect(manifest.scripts!['test']).toBe(`vitest run --root ../.. ${path}/`);
  });

  test('has one tag, a known one', () => {
    const turbo = readJson<Turbo>(`${path}/turbo.json`);
    expect(turbo.extends).toEqual(['//']);
    expect(turbo.tags).toHaveLength(1);
    expect(tags).toContain(turbo.tags![0]);
  });

  test('is built by tsc -b at the root', () => {
    expect(readJson<{ references: { path: string }[] }>('tsconfig.json').references.map((reference) => reference.path)).toContain(
      path,
    );
  });

  test('refers in its tsconfig to the workspace packages that it depends on', () => {
    const referred = readJson<{ references?: { path: string }[] }>(`${path}/tsconfig.json`).references ?? [];
    const own = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies }).filter((name) =>
      name.startsWith('@mochi/'),
    );
    expect(referred.map((reference) => reference.path.replace('../', '@mochi/')).sort()).toEqual(
      expect.arrayContaining(own.sort()),
    );
  });

  test('never depends on the test kit: its tests get it from the root', () => {
    expect(Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })).not.toContain('@mochi/testing');
  });

  test('asks for the peers of what it depends on: package managers that hoist nothing look no further', () => {
    const own = { ...manifest.dependencies, ...manifest.peerDependencies };
    const peers = Object.keys(manifest.dependencies ?? {})
      .filter((name) => name.startsWith('@mochi/'))
      .map((name) => readJson<Manifest>(`${name.replace('@mochi', 'packages')}/package.json`))
      .flatMap(({ peerDependencies = {}, peerDependenciesMeta: meta = {} }) =>
        Object.keys(peerDependencies).filter((name) => meta[name]?.optional !== true),
      );
    expect(peers.filter((name) => !(name in own))).toEqual([]);
  });

  test('takes versions that several packages share from the catalog', () => {
    const named = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies });
    expect(named.filter(([, version]) => version !== 'catalog:' && version !== 'workspace:*')).toEqual([]);
  });

  test('has a README that begins with its name', () => {
    expect(exists(`${path}/README.md`)).toBe(true);
    expect(read(`${path}/README.md`).split('\n')[0]).toBe(`# ${manifest.name}`);
  });

  test('has named exports only', () => expect(read(`${path}/src/index.ts`)).not.toMatch(/export default/));
});

describe.each(packagesIn('examples'))('%s', (path) => {
  test('is private, and tagged as an example', () => {
    expect(readJson<Manifest>(`${path}/package.json`)).toMatchObject({ private: true, type: 'module', license: 'Apache-2.0' });
    expect(readJson<Turbo>(`${path}/turbo.json`).tags).toEqual(['example']);
  });

  test('is built by tsc -b at the root', () => {
    expect(readJson<{ references: { path: string }[] }>('tsconfig.json').references.map((reference) => reference.path)).toContain(
      path,
    );
  });
});
