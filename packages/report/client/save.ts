import { toCsv, type DataTable } from '../src/page/chart-table.js';

/** Offers a file to the reader, as a download. */
export function offer(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export const csvBlob = (table: DataTable): Blob => new Blob([toCsv(table)], { type: 'text/csv' });

/** Pixels of a saved picture for each CSS pixel: sharp in a paper too. */
const DENSITY = 3;

/** A drawing as PNG, on its ground. */
export async function pngBlob(svg: SVGSVGElement, ground: string): Promise<Blob> {
  const [width, height] = [svg.width.baseVal.value, svg.height.baseVal.value];
  const copy = svg.cloneNode(true) as SVGSVGElement;
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.querySelectorAll('[aria-label="tip"]').forEach((tip) => tip.remove());
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [width * DENSITY, height * DENSITY];
  const context = canvas.getContext('2d')!;
  context.fillStyle = ground;
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((settle, reject) => {
    canvas.toBlob((blob) => (blob ? settle(blob) : reject(new Error('The browser could not write the PNG.'))), 'image/png');
  });
}

/** The text of a table of the page, for CSV. */
export function readTable(table: HTMLTableElement): DataTable {
  const cells = (row: HTMLTableRowElement): string[] => [...row.cells].map(({ textContent }) => textContent.trim());
  const [head, ...rows] = [...table.rows];
  return { columns: cells(head!), rows: rows.map(cells) };
}
