// A registry of what is packed here, so that `npm install @mochi/cli` and `npm create mochi-plugin` can be tried before anything is published:
//   node packages/tools/release/registry.mjs [PORT]
// Packs every package, prints its address as its only line, and serves until it is ended. Use it as `npm_config_registry=ADDRESS npm install ...`.
// What is not ours is redirected to the registry that npm is configured for.
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { execute, packAll } from './pack.mjs';

const upstream = execute('npm', ['config', 'get', 'registry']).trim().replace(/\/?$/, '/');
const folder = mkdtempSync(join(tmpdir(), 'mochi-registry-'));
const packages = new Map(packAll(folder).map(({ name, tarball }) => [name, tarball]));
const tarballs = new Map([...packages.values()].map((path) => [basename(path), path]));

const server = createServer((request, response) => {
  const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1);
  const tarball = tarballs.get(basename(path));
  if (tarball) return void response.setHeader('content-type', 'application/octet-stream').end(readFileSync(tarball));
  if (packages.has(path))
    return void response.setHeader('content-type', 'application/json').end(JSON.stringify(documentOf(path)));
  response.writeHead(302, { location: `${upstream}${request.url.slice(1)}` }).end();
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => console.log(address()));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit());
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

function address() {
  return `http://127.0.0.1:${server.address().port}/`;
}

/** The document of a package with its one version: its manifest as packed, and where the tarball is. */
function documentOf(name) {
  const tarball = packages.get(name);
  const manifest = JSON.parse(execute('tar', ['-xOzf', tarball, 'package/package.json']));
  const hash = (algorithm, encoding) => createHash(algorithm).update(readFileSync(tarball)).digest(encoding);
  const dist = { tarball: `${address()}${name}/-/${basename(tarball)}`, integrity: `sha512-${hash('sha512', 'base64')}`, shasum: hash('sha1', 'hex') }; // prettier-ignore
  return { name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: { ...manifest, dist } } };
}
