import { expect, test } from 'vitest';
import { join } from 'node:path';
import { folderOf } from '../../test/fixture.js';
import { discoverPackages } from './discover.js';

const manifest = (name: string, version: string, keywords: unknown = ['mochi-plugin']) =>
  JSON.stringify({ name, version, keywords });

test('packages with the keyword, scoped ones too, the nearest of each name', () => {
  const root = folderOf({
    'node_modules/acme-far/package.json': manifest('acme-far', '1.0.0'),
    'node_modules/acme-both/package.json': manifest('acme-both', '1.0.0'),
    'node_modules/plain/package.json': manifest('plain', '1.0.0', ['other']),
    'node_modules/odd/package.json': manifest('odd', '1.0.0', 'mochi-plugin'),
    'node_modules/broken/package.json': '{',
    'mine/node_modules/acme-both/package.json': manifest('acme-both', '2.0.0'),
    'mine/node_modules/@acme/near/package.json': manifest('@acme/near', '3.0.0'),
    'mine/sub/mochi.yaml': '',
  });
  expect(discoverPackages(join(root, 'mine', 'sub'))).toEqual([
    { name: '@acme/near', version: '3.0.0', folder: join(root, 'mine/node_modules/@acme/near') },
    { name: 'acme-both', version: '2.0.0', folder: join(root, 'mine/node_modules/acme-both') },
    { name: 'acme-far', version: '1.0.0', folder: join(root, 'node_modules/acme-far') },
  ]);
});
