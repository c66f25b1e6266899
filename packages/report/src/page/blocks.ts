import { escaped } from './escape.js';
import { digits } from './numbers.js';
import type { Chart } from './charts.js';
import type { Block, Cell, ImageStrip, Page, Sprite, Table } from './page.js';

/** The charts of blocks, those that are folded away too. */
export const chartsIn = (blocks: readonly Block[]): Chart[] =>
  blocks.flatMap((block) => (block.kind === 'chart' ? [block.chart] : block.kind === 'folded' ? chartsIn(block.blocks) : []));

/** A block without its drawing: that is made in the browser, as wide as there is room. */
export function blockHtml(block: Block, page: Page): string {
  switch (block.kind) {
    case 'text':
      return `<p class="note ${block.level}">${escaped(block.text)}</p>`;
    case 'table':
      return tableHtml(block.table);
    case 'chart':
      return figureHtml(block.chart);
    case 'images':
      return stripHtml(block.strip, page);
    case 'folded':
      return `<details class="wide"><summary>${escaped(block.summary)}</summary><div class="blocks">${block.blocks.map((inner) => blockHtml(inner, page)).join('\n')}</div></details>`;
    case 'details':
      return `<details class="wide"><summary>${escaped(block.summary)}</summary><pre tabindex="0">${escaped(block.text)}</pre></details>`;
  }
}

function figureHtml({ id, title, summary, wide }: Chart): string {
  const save = (kind: string): string =>
    `<button type="button" data-save="${kind}" aria-label="Save ${escaped(title)} as ${kind.toUpperCase()}">${kind.toUpperCase()}</button>`;
  return `<figure data-chart="${id}"${wide ? ' class="wide"' : ''} aria-labelledby="${id}-title">
<div class="head"><h3 id="${id}-title">${escaped(title)}</h3><span class="save">${save('png')}${save('csv')}</span></div>
<div class="drawing"></div>
<figcaption>${escaped(summary)}</figcaption>
<details class="data"><summary>Data<span class="unseen"> of ${escaped(title)}</span></summary></details>
</figure>`;
}

function tableHtml({ caption, columns, rows, groups, csv }: Table): string {
  const swatch = (row: number): string => (groups ? `<i class="swatch g${groups[row]}"></i>` : '');
  const line = (cells: readonly Cell[], row: number): string => {
    const [first, ...rest] = cells;
    return `<tr><th scope="row">${swatch(row)}${cellText(first!)}</th>${rest.map(cellHtml).join('')}</tr>`;
  };
  const save = csv ? ` <button type="button" data-table="${escaped(csv)}">CSV</button>` : '';
  return `<div class="table wide" role="region" tabindex="0" aria-label="${escaped(caption)}"><table>
<caption>${escaped(caption)}${save}</caption>
<thead><tr>${columns.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead>
<tbody>
${rows.map(line).join('\n')}
</tbody></table></div>`;
}

const cellText = (cell: Cell): string => {
  if (cell === null) return '–';
  return typeof cell === 'number' ? digits(cell) : escaped(typeof cell === 'string' ? cell : cell.text);
};

function cellHtml(cell: Cell): string {
  const mark = typeof cell === 'object' && cell !== null ? cell.mark : '';
  const kind =
    typeof cell === 'number' || (typeof cell === 'string' && /^[-+−]?[\d.,]+( |$)/.test(cell))
      ? 'number'
      : typeof cell === 'string' && cell.length > 30 && cell.includes(' ')
        ? 'words'
        : '';
  const classes = [mark, kind].filter((name) => name !== '').join(' ');
  return `<td${classes === '' ? '' : ` class="${classes}"`}>${cellText(cell)}</td>`;
}

function stripHtml({ caption, rows, columns, size }: ImageStrip, { atlases }: Page): string {
  const head = columns
    ? `<thead><tr><th></th>${columns.map((name) => `<th scope="col">${escaped(name)}</th>`).join('')}</tr></thead>`
    : '';
  const sprite = ({ atlas, at, label, mark }: Sprite): string => {
    const { columns: across } = atlases[atlas]!;
    const place = `--x:${at % across};--y:${Math.floor(at / across)}`;
    return `<td><span class="sprite a${atlas} ${mark ?? ''}" role="img" aria-label="${escaped(label)}" title="${escaped(label)}" style="${place}"></span></td>`;
  };
  const line = ({ label, images }: ImageStrip['rows'][number]): string =>
    `<tr><th scope="row">${escaped(label)}</th>${images.map(sprite).join('')}</tr>`;
  return `<div class="strip wide" role="region" tabindex="0" aria-label="${escaped(caption)}" style="--size:${size}px"><table><caption>${escaped(caption)}</caption>${head}<tbody>${rows.map(line).join('\n')}</tbody></table></div>`;
}
