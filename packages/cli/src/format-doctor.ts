import type { LibraryReport, RuntimeInfo } from '@mochi/tensorflow';
import pc from 'picocolors';

const MARKS: Record<string, string> = { chosen: '+', usable: 'o', unusable: '-', wrong: 'x', 'not needed': ' ' };

/** The report of `mochi doctor` as text. */
export function formatDoctor(library: LibraryReport, runtime: RuntimeInfo | null): string {
  const { platform, looked, gpu, help } = library;
  const lines = [
    `node        ${process.versions.node}`,
    `platform    ${platform.os} ${platform.arch}, glibc ${platform.glibc ?? 'none'}${platform.isSupported ? '' : ' (not supported)'}`,
    'TensorFlow, in the order of looking:',
    ...looked.map(({ source, where, verdict, state }) => `  ${MARKS[state] ?? '?'} ${source.padEnd(10)} ${where}: ${verdict}`),
  ];
  if (runtime)
    lines.push(
      `running     TensorFlow ${runtime.version} from ${runtime.libraryDir}`,
      `devices     ${runtime.devices.join(', ')}`,
      `threads     ${runtime.threads.within} within an op, ${runtime.threads.between} ops at a time, oneDNN ${runtime.oneDnn ? 'on' : 'off'}`,
    );
  lines.push(
    `gpu         ${gpu.devices.length > 0 ? gpu.devices.join(', ') : 'none'}${gpu.driver === null ? '' : `, driver ${gpu.driver}`}`,
  );
  lines.push(...(help.length > 0 ? [pc.bold('what would help:'), ...help.map((line) => `  ${line}`)] : ['nothing is missing']));
  return lines.join('\n');
}
