import type { EmbeddingTable } from '@mochi/contract';
import { className, labelOf } from '../check-table.js';

/** What the array cannot say, as JSON: shape, `origin` where it is known, and one entry a row in `names`, `ids` and, where there are labels, `labels` (null: none). */
export function sidecarJson(table: EmbeddingTable): string {
  const { rows, dim, names, ids, labels, classes, origin } = table;
  const labelled = labels ? { labels: Array.from(labels, (_, row) => labelOf(table, row)) } : {};
  return `${JSON.stringify({ rows, dim, dtype: 'float32', ...(origin ? { origin } : {}), names, ids: Array.from(ids), ...labelled, ...(classes ? { classes } : {}) })}\n`;
}

/** One line a row: name, id, label, class; RFC 4180, with a header, empty where there is no label. */
export function sidecarCsv(table: EmbeddingTable): string {
  const lines = ['name,id,label,class'];
  for (let row = 0; row < table.rows; row++)
    lines.push(
      [table.names[row]!, String(table.ids[row]!), String(labelOf(table, row) ?? ''), className(table, row) ?? '']
        .map(csvField)
        .join(','),
    );
  return `${lines.join('\r\n')}\r\n`;
}

const csvField = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
