// What goes into the empty project: images, a config, a program, and a plugin that somebody else could have written.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { execute, root } from './pack.mjs';

export const PLUGIN = 'acme-mochi-skip-hardest';

export const CONFIG = `extends: small
plugins: [${PLUGIN}]
data: { name: image-folder, root: ./images }
augment: { name: moco-v2, size: 16 }
encoder: { name: resnet18, stem: cifar, width: 4, head: { hidden: 16, dim: 8 } }
bank: { name: fifo, capacity: 64 }
sampler: { name: acme-skip-hardest, skip: 2, count: 16 }
trackers: [jsonl]
train: { steps: 10, batchSize: 8 }
`;

/** Reads the run through the library, and must compile against the types that were installed. */
export const PROGRAM = `import { embed, type TrainResult } from '@mochi/mochi';
import { bankBlock, definePlugin } from '@mochi/contract';
import { skipHardest } from '${PLUGIN}';

const plugin: ReturnType<typeof definePlugin> | { name: string } = skipHardest;
const outcome: TrainResult['outcome'] = 'finished';
const { rows, dim } = await embed('runs/first', { out: 'embeddings.npy' });
console.log(plugin.name, outcome, bankBlock().kind, rows, dim);
`;

/** The example's sampler as a package of its own. @returns Its tarball. */
export function packPlugin(folder) {
  const home = join(folder, PLUGIN);
  for (const ending of ['js', 'd.ts'])
    cpSync(join(root, 'examples/custom-sampler/dist', `skip-hardest.${ending}`), join(home, `index.${ending}`));
  const peers = { '@mochi/contract': '*', '@mochi/tensorflow': '*', '@tensorflow/tfjs-core': '^4.22.0', rxjs: '^7.8.0' };
  const manifest = {
    name: PLUGIN,
    version: '1.0.0',
    type: 'module',
    license: 'MIT',
    exports: { '.': { types: './index.d.ts', default: './index.js' } },
    peerDependencies: peers,
    dependencies: { zod: '^4.0.0' },
  };
  writeFileSync(join(home, 'package.json'), JSON.stringify(manifest, null, 2));
  execute('npm', ['pack', '--silent', '--pack-destination', folder], { cwd: home });
  return join(folder, `${PLUGIN}-1.0.0.tgz`);
}

/** Two dozen pictures of coloured stripes. */
export function writeImages(folder) {
  mkdirSync(folder, { recursive: true });
  for (let index = 0; index < 24; index++) {
    const pixel = (x, y) => [0, 1, 2].map((channel) => Math.round(127 + 120 * Math.sin((x * (index % 5) + y * (index % 3) + index) / (3 + channel)))); // prettier-ignore
    writeFileSync(join(folder, `${String(index).padStart(2, '0')}.png`), png(24, pixel));
  }
}

/** A square 8-bit RGB PNG. */
function png(side, pixel) {
  const rows = Array.from({ length: side }, (_, y) => [0, ...Array.from({ length: side }, (_, x) => pixel(x, y)).flat()]); // 0: no filter
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([8, 2], 8); // bits, RGB
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(Buffer.from(rows.flat()))), chunk('IEND', Buffer.alloc(0))]); // prettier-ignore
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const ends = Buffer.alloc(8);
  ends.writeUInt32BE(data.length, 0);
  ends.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)]);
}
