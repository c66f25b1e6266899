import type { DataTable } from '../src/page/chart-table.js';

/** Rows that a page shows: the CSV has all of them. */
const SHOWN = 500;

const element = (tag: string, text: string, attributes: Readonly<Record<string, string>> = {}): HTMLElement => {
  const made = document.createElement(tag);
  made.textContent = text;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
};

/** The data of a chart as a table that can be scrolled, by keyboard too. */
export function dataTable(title: string, { columns, rows }: DataTable): HTMLElement {
  const region = document.createElement('div');
  Object.assign(region, { className: 'table data', tabIndex: 0, role: 'region', ariaLabel: `Data of ${title}` });
  const table = document.createElement('table');
  const line = (cells: Iterable<HTMLElement>): HTMLElement => {
    const row = document.createElement('tr');
    row.append(...cells);
    return row;
  };
  const head = document.createElement('thead');
  head.append(line(columns.map((name) => element('th', name, { scope: 'col' }))));
  const body = document.createElement('tbody');
  for (const row of rows.slice(0, SHOWN)) body.append(line(row.map((cell) => element('td', cell === null ? '–' : String(cell), typeof cell === 'number' ? { class: 'number' } : {})))); // prettier-ignore
  table.append(head, body);
  region.append(table);
  if (rows.length > SHOWN)
    region.append(element('p', `${SHOWN} of ${rows.length.toLocaleString('en-US')} rows; the CSV has all.`));
  return region;
}
