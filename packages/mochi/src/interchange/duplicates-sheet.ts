import type { DuplicateGroup } from './duplicates.js';
import type { Thumbnail } from './thumbnails.js';

export interface SheetGroup extends DuplicateGroup {
  /** The first images of the group, in its order. */
  readonly thumbnails: readonly Thumbnail[];
}

export interface SheetFacts {
  /** Images that were looked at. */
  readonly images: number;
  /** All groups, also those that are not shown, and the images in them. */
  readonly groups: number;
  readonly grouped: number;
  readonly least: number;
  readonly folder: string;
}

/** Images of a group on a sheet at most, and of all groups together: some 2 MB. All are in the result. */
const SHOWN = { ofGroup: 24, inAll: 400 };

/** The first images of the first groups, as many as a sheet has. */
export function shownOf(groups: readonly (readonly number[])[]): number[][] {
  const shown = groups.map((rows) => rows.slice(0, SHOWN.ofGroup));
  let left = SHOWN.inAll;
  const end = shown.findIndex((rows) => (left -= rows.length) < 0);
  return end < 0 ? shown : shown.slice(0, end);
}

const STYLE = `:root{--text:#1c2126;--dim:#5b6570;--page:#fff;--card:#f4f6f8;--line:#dde2e7;color-scheme:light dark}
@media(prefers-color-scheme:dark){:root{--text:#e4e8ec;--dim:#9aa5b0;--page:#15181b;--card:#1f2428;--line:#31383f}}
*{box-sizing:border-box}body{font:15px/1.45 system-ui,sans-serif;margin:0 auto;padding:1.5rem clamp(1rem,3vw,2.5rem);max-width:90rem;
color:var(--text);background:var(--page)}h1{font-size:1.4rem;margin:0 0 .3rem}p{margin:0 0 1.2rem;color:var(--dim);overflow-wrap:anywhere}
main{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(20rem,100%),1fr));gap:0 2rem}
section{border-top:1px solid var(--line);padding:1rem 0 1.3rem;min-width:0}.wide{grid-column:1/-1}
h2{font-size:1.02rem;margin:0 0 .7rem;display:flex;flex-wrap:wrap;gap:.1rem .9rem;align-items:baseline}h2 span{font-size:.87rem;font-weight:400;color:var(--dim)}
ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(9rem,44%),1fr));gap:.8rem;list-style:none;margin:0;padding:0}
li{min-width:0;border:1px solid var(--line);border-radius:8px;overflow:hidden}
img,.none{display:block;width:100%;aspect-ratio:4/3;object-fit:contain;background:var(--card)}.none{display:grid;place-items:center;color:var(--dim);font-size:.85rem}
.about{padding:.5rem .65rem .6rem;font-size:.82rem;border-top:1px solid var(--line)}
summary{cursor:pointer}details{margin-top:.6rem;color:var(--dim);overflow-wrap:anywhere}
.name{font-weight:600;overflow-wrap:anywhere}.dim{color:var(--dim);font-variant-numeric:tabular-nums}.folder{overflow-wrap:anywhere}`;

/** Groups of near-duplicates as one HTML file that needs nothing else. */
export function duplicatesSheet(groups: readonly SheetGroup[], facts: SheetFacts): string {
  const { images, groups: count, grouped, least, folder } = facts;
  const title =
    count === 0
      ? `No near-duplicates among ${many(images, 'image')}`
      : `${many(count, 'group')} of near-duplicates: ${grouped} of ${many(images, 'image')}`;
  const more = count > groups.length ? ` The ${groups.length} surest groups are shown.` : '';
  const how = `Images whose cosine is ${least} or more, directly or through others; the surest groups first. Beside each image: its cosine to the nearest other of its group.${more} Nothing was moved or deleted.`;
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escape(title)}</title><style>${STYLE}</style>`,
    `<h1>${escape(title)}</h1><p>${escape(folder)}<br>${how}</p>`,
    `<main>${groups.map(section).join('\n')}</main>`,
    '</html>\n',
  ].join('\n');
}

function section({ names, nearest, similarity: [low, high], thumbnails }: SheetGroup, at: number): string {
  const items = thumbnails.map((thumbnail, index) => card(thumbnail, names[index]!, nearest[index]!));
  const cosine = digits(low) === digits(high) ? digits(low) : `${digits(low)} to ${digits(high)}`;
  const rest = names.slice(thumbnails.length);
  const unseen =
    rest.length === 0 ? '' : `<details><summary>${rest.length} more</summary>${rest.map(escape).join('<br>')}</details>`;
  return `<section${names.length > 2 ? ' class="wide"' : ''}><h2>Group ${at + 1}<span>${names.length} images, cosine ${cosine}</span></h2><ul>${items.join('')}</ul>${unseen}</section>`;
}

function card({ url, width, height, bytes }: Thumbnail, name: string, nearest: number): string {
  const cut = name.lastIndexOf('/') + 1;
  const picture =
    url === null ? '<span class="none">cannot be read</span>' : `<img alt="${escape(name)}" decoding="async" src="${url}">`;
  const folder = cut === 0 ? '' : `<div class="dim folder">${escape(name.slice(0, cut))}</div>`;
  const size = url === null ? [] : [`${width} × ${height}`];
  const facts = [...size, ...(bytes === null ? [] : [kilobytes(bytes)])].join(' · ');
  const about = `<div class="name">${breakable(name.slice(cut))}</div>${folder}<div class="dim">${facts}<br>cosine ${digits(nearest)}</div>`;
  return `<li>${picture}<div class="about">${about}</div></li>`;
}

/** A long name may break before its ending and after its parts. */
const breakable = (name: string): string => escape(name).replace(/([_-])|(?=\.\w+$)/g, '$1<wbr>');
const digits = (cosine: number): string => cosine.toFixed(3);
const kilobytes = (bytes: number): string => (bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);
const many = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
