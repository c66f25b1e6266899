/** One picture of a sheet. */
export interface Picture {
  readonly title: string;
  readonly url: string;
  /** Lines below it: what was drawn. */
  readonly lines: readonly string[];
  /** Operations that were drawn and did not happen. */
  readonly idle: readonly string[];
}

/** One image: itself, then its views; or views alone. */
export interface SheetRow {
  readonly title: string;
  readonly original?: Picture;
  readonly views: readonly Picture[];
}

const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);

const STYLE = `
  body { font: 13px/1.4 system-ui, sans-serif; margin: 24px; background: #fff; color: #1b1f24; }
  h1 { font-size: 18px; margin: 0 0 4px; } h2 { font-size: 14px; margin: 28px 0 8px; overflow-wrap: anywhere; }
  p { margin: 0 0 8px; color: #57606a; }
  .row { display: flex; flex-wrap: wrap; gap: 16px; align-items: flex-start; }
  figure { margin: 0; width: 176px; }
  .original { padding-right: 16px; border-right: 1px solid #d0d7de; }
  img { width: 176px; height: 176px; object-fit: contain; image-rendering: pixelated; background: #eaeef2; display: block; }
  figcaption b { display: block; margin: 4px 0 2px; }
  figcaption span { display: block; overflow-wrap: anywhere; } .idle { color: #6e7781; }
  @media (prefers-color-scheme: dark) { body { background: #0d1117; color: #e6edf3; } p, .idle { color: #8b949e; } .original { border-color: #30363d; } img { background: #161b22; } }
`;

/** A page that needs nothing else: each image beside the views that were drawn of it. */
export function sheetHtml(title: string, about: readonly string[], rows: readonly SheetRow[]): string {
  const picture = (className: string, { title: name, url, lines, idle }: Picture): string =>
    `<figure class="${className}"><img src="${url}" alt="${escape(name)}"><figcaption><b>${escape(name)}</b>${lines
      .map((line) => `<span>${escape(line)}</span>`)
      .join('')}${idle.length > 0 ? `<span class="idle">not: ${escape(idle.join(', '))}</span>` : ''}</figcaption></figure>`;
  const body = rows.map(
    ({ title: name, original, views }) =>
      `<h2>${escape(name)}</h2><div class="row">${original ? picture('original', original) : ''}${views.map((view) => picture('view', view)).join('')}</div>`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title><style>${STYLE}</style></head>
<body><h1>${escape(title)}</h1>${about.map((line) => `<p>${escape(line)}</p>`).join('')}
${body.join('\n')}
</body></html>
`;
}
