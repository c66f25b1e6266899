// Lists a folder of many images and says what it takes: time, the longest time that the event loop was held, memory. The files are hard links to
// one empty file, made in a folder of the system's for temporary files and removed at the end.
//   node --expose-gc packages/tools/list-names.mjs [count=1000000] [classes=1000]
import { performance } from 'node:perf_hooks';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { openImageFolder } from '@mochi/data';

const [count, classes] = [Number(process.argv[2] ?? 1_000_000), Number(process.argv[3] ?? 1000)];
const LINKS = 60_000; // most of one file that common file systems allow
const root = mkdtempSync(join(tmpdir(), 'mochi-names-'));
const status = (field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024;

try {
  let from = '';
  for (let at = 0; at < count; at++) {
    if (at < classes) mkdirSync(join(root, `n${String(at).padStart(8, '0')}`));
    if (at % LINKS === 0) writeFileSync((from = join(root, `.source-${at}`)), '');
    const folder = `n${String(at % classes).padStart(8, '0')}`;
    linkSync(from, join(root, folder, `${folder}_${at}.JPEG`));
  }
  globalThis.gc?.();
  const before = status('VmRSS');
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  const options = { root, labels: 'auto', holdout: 0, holdoutSeed: 0, sniff: 'auto' };
  const split = await openImageFolder(options).split('train');
  const seconds = (performance.now() - started) / 1000;
  delay.disable();
  globalThis.gc?.();
  const MiB = (value) => `${value.toFixed(0)} MiB`;
  const { bytes, length } = split.images.paths;
  console.log(
    `${split.length} names of ${(bytes.length / length).toFixed(0)} bytes in ${split.classes?.length ?? 0} classes: ${seconds.toFixed(1)} s`,
  );
  console.log(`event loop held for at most ${(delay.max / 1e6).toFixed(0)} ms`);
  console.log(`memory: ${MiB(status('VmRSS') - before)} kept, ${MiB(status('VmHWM') - before)} at most meanwhile`);
} finally {
  rmSync(root, { recursive: true, force: true });
}
