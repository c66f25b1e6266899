import type { DataReport, SplitReport } from '@mochi/mochi';

const SHOWN = 20;

/** A report of a data set for people. */
export function formatData({ dataset, version, splits }: DataReport): string {
  return [`${dataset}${version === null ? '' : `, version ${version}`}`, ...splits.flatMap(splitLines)].join('\n');
}

function splitLines({ fingerprint, classes, annotated, lookedAt, width, height, broken }: SplitReport): string[] {
  const { split, count, bytes, namesSha256 } = fingerprint;
  const size = bytes === null ? '' : `, ${mebibytes(bytes)}`;
  const sides = width && height ? `sides: width ${told(width)}, height ${told(height)} px` : 'no image could be decoded';
  return [
    `${split}: ${count} images${size}${annotated ? ', with objects' : ''}; names ${namesSha256.slice(0, 12)}`,
    `  ${sides} (of ${lookedAt} looked at)`,
    `  ${classLine(classes)}`,
    `  ${broken.length === 0 ? 'none' : broken.length} of ${lookedAt} broken`,
    ...broken.slice(0, SHOWN).map(({ sample, reason }) => `    ${sample}: ${reason}`),
    ...(broken.length > SHOWN ? [`    and ${broken.length - SHOWN} more: --json names all`] : []),
  ];
}

function classLine(classes: SplitReport['classes']): string {
  if (classes === null) return 'no labels';
  if (classes.length <= SHOWN)
    return `${classes.length} classes: ${classes.map(({ name, count }) => `${name} ${count}`).join(', ')}`;
  const counts = classes.map(({ count }) => count).sort((a, b) => a - b);
  return `${classes.length} classes of ${counts[0]} to ${counts.at(-1)} images (median ${counts[counts.length >> 1]}): --json counts each`;
}

const told = ({ least, median, most }: NonNullable<SplitReport['width']>): string =>
  least === most ? `${least}` : `${least} to ${most} (median ${median})`;

const mebibytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
