import type { Atlas } from '@mochi/report';
import type { DuplicateGroup } from './duplicates.js';

export interface SheetGroup extends DuplicateGroup {
  /** The group's images in its order. */
  readonly atlas: Atlas;
}

const STYLE = `body{font:14px/1.4 system-ui,sans-serif;margin:2rem;max-width:70rem;color:#222;background:#fff}
h1{font-size:1.3rem}section{border-top:1px solid #ccc;padding:.8rem 0}h2{font-size:1rem;margin:0 0 .5rem}
ul{display:flex;flex-wrap:wrap;gap:.8rem;list-style:none;margin:0;padding:0}li{width:9rem}
.image{background-repeat:no-repeat;border-radius:4px;display:block}.name{word-break:break-all;font-size:12px;color:#444}
@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}.name{color:#aaa}section{border-color:#444}}`;

/** Groups of near-duplicates as one HTML file that needs nothing else. */
export function duplicatesSheet(
  groups: readonly SheetGroup[],
  { images, groups: count, least, folder }: { images: number; groups: number; least: number; folder: string },
): string {
  const more = count > groups.length ? `; the first ${groups.length} are shown` : '';
  const title = `${count} groups of near-duplicates among ${images} images`;
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escape(title)}</title><style>${STYLE}</style>`,
    `<h1>${escape(title)}</h1><p>${escape(folder)}: cosine from ${least}${more}. Nothing was moved or deleted.</p>`,
    ...groups.map(section),
    '</html>\n',
  ].join('\n');
}

function section({ names, similarity: [low, high], atlas }: SheetGroup, at: number): string {
  const items = names.map((name, index) => `<li>${picture(atlas, index, name)}<span class="name">${escape(name)}</span></li>`);
  const cosine = low.toFixed(3) === high.toFixed(3) ? low.toFixed(3) : `${low.toFixed(3)} to ${high.toFixed(3)}`;
  return `<section><h2>Group ${at + 1}: ${names.length} images, cosine ${cosine}</h2><ul>${items.join('')}</ul></section>`;
}

/** One cell of the atlas, as the background of an element of its size. */
function picture({ url, cell, columns }: Atlas, at: number, name: string): string {
  const [left, top] = [(at % columns) * cell, Math.floor(at / columns) * cell];
  const style = `width:${cell}px;height:${cell}px;background-image:url(${url});background-position:-${left}px -${top}px`;
  return `<span class="image" role="img" aria-label="${escape(name)}" style="${style}"></span>`;
}

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
