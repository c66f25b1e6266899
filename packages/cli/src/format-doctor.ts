import { fastestPrecision, type LibraryReport, type Precisions, type RuntimeInfo } from '@mochi/tensorflow';
import { outColors } from './colors.js';

const MARKS: Record<string, string> = { chosen: '+', usable: 'o', unusable: '-', wrong: 'x', 'not needed': ' ' };

/** The report of `mochi doctor` as text. */
export function formatDoctor(library: LibraryReport, runtime: (RuntimeInfo & { readonly noGpu?: string }) | null): string {
  const { platform, looked, gpu } = library;
  const help = [...library.help, ...(runtime?.noGpu === undefined ? [] : [runtime.noGpu])];
  const chosen = looked.findIndex(({ state }) => state === 'chosen');
  // Past the one that is chosen nobody looks: what is not there says nothing, what is there may surprise. --json has all.
  const worthTelling = looked.filter(({ state }, at) => chosen < 0 || at <= chosen || state === 'usable' || state === 'wrong');
  const lines = [
    `node        ${process.versions.node}`,
    `platform    ${platform.os} ${platform.arch}, glibc ${platform.glibc ?? 'none'}${platform.isSupported ? '' : ' (not supported)'}`,
    'TensorFlow, in the order of looking:',
    ...worthTelling.map(
      ({ source, where, verdict, state }) => `  ${MARKS[state] ?? '?'} ${source.padEnd(10)} ${where}: ${verdict}`,
    ),
  ];
  if (runtime)
    lines.push(
      `running     TensorFlow ${runtime.version} from ${runtime.libraryDir}`,
      `devices     ${runtime.devices.map((name) => name.replace(/^.*device:/, '')).join(', ')}; ${runtime.device} is used`,
      `precision   ${describePrecisions(runtime.precisions)}`,
      `threads     ${runtime.threads.within} within an op, ${runtime.threads.between} ops at a time, oneDNN ${runtime.oneDnn ? 'on' : 'off'}`,
    );
  lines.push(
    `gpu         ${gpu.devices.length > 0 ? gpu.devices.join(', ') : 'none'}${gpu.driver === null ? '' : `, driver ${gpu.driver}`}`,
  );
  lines.push(
    ...(help.length > 0 ? [outColors.bold('what would help:'), ...help.map((line) => `  ${line}`)] : ['nothing is missing']),
  );
  return lines.join('\n');
}

/** What there is, what `auto` takes, and why the rest is not there. */
function describePrecisions(precisions: Precisions): string {
  const there = Object.entries(precisions).filter(([, reason]) => reason === null).map(([name]) => name); // prettier-ignore
  const missing = Object.entries(precisions).flatMap(([name, reason]) => (reason === null ? [] : [`no ${name}: ${reason}`]));
  return [`${there.join(', ')}; auto is ${fastestPrecision(precisions)}`, ...missing].join('; ');
}
