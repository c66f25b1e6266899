// `npm run bench`: measures the rows that are named, or all, and writes results/latest.json and docs/benchmarks.md.
import { parseArgs } from 'node:util';
import { describeEnvironment, loadNow, watchOthers } from './environment.js';
import { generateImages, PHOTOS, SMALL_IMAGES } from './images.js';
import { preparePeer } from './peer.js';
import { formatRow, record, type Recorded } from './report.js';
import type { Bench, Group } from './row.js';
import { groups, usual } from './rows/index.js';

const USAGE = `npm run bench -- [NAME...] [--images FOLDER] [--pairs N] [--quick]
  NAME      ${groups.flatMap(({ names }) => names).join(', ')}; default: all for this machine; those
            named gpu-... are for one with a GPU: set MOCHI_DEVICE=gpu
  --images  folder of JPEG files instead of generated ones
  --pairs   turns of each side, default 5
  --quick   tiny counts to see that it runs; nothing is written`;

const say = (text: string): void => console.error(`bench: ${text}`);

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { images: { type: 'string' }, pairs: { type: 'string', default: '5' }, quick: { type: 'boolean', default: false } },
  });
  const chosen = choose(positionals);
  const pairs = Number(values.pairs);
  if (!chosen || !(Number.isInteger(pairs) && pairs > 0)) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const images = (kind: 'small' | 'photos'): Promise<string> =>
    values.images ? Promise.resolve(values.images) : generateImages(kind === 'small' ? SMALL_IMAGES : PHOTOS, say);
  const bench: Bench = { images, python: () => preparePeer(say), pairs, quick: values.quick, say };
  for (const group of chosen) await measure(group, bench, values.images !== undefined);
}

/** The groups of these names, or null when one is unknown. */
function choose(names: readonly string[]): readonly Group[] | null {
  if (names.length === 0) return usual;
  const named = (name: string): Group[] =>
    groups.filter((group) => group.names.some((own) => own === name || own.startsWith(`${name}/`))); // `mochi-cost` is all of its groups
  const found = names.map(named);
  return found.some((some) => some.length === 0) ? null : [...new Set(found.flat())];
}

async function measure(group: Group, bench: Bench, ownImages: boolean): Promise<void> {
  say(`measuring ${group.names.join(', ')}`);
  const loadBefore = loadNow();
  const othersLoad = watchOthers();
  const rows = await group.run(bench);
  const environment = { ...describeEnvironment(loadBefore, othersLoad()), ownImages, pairs: bench.pairs };
  const recorded: Recorded[] = rows.map((row) => ({ ...row, group: group.names[0]!, environment }));
  for (const row of recorded) console.log(formatRow(row));
  if (!bench.quick) await record(recorded, say);
}

await main();
