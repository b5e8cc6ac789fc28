import type { Figure } from '../core/report/figure.ts';
import { themeVariables } from './palette.ts';

/** A page as plain data: everything is text, nothing is markup but the drawings. */
export interface Page {
  readonly title: string;
  readonly headline: readonly {
    readonly label: string;
    readonly value: string;
    readonly note: string;
    readonly tone: 'prediction' | 'actual' | 'text';
  }[];
  readonly notes: readonly string[];
  readonly figures: readonly { readonly figure: Figure; /** Drawn with the light palette. */ readonly svg: string }[];
  readonly tables: readonly {
    readonly title: string;
    readonly header: readonly string[];
    readonly rows: readonly (readonly string[])[];
  }[];
  readonly card: readonly (readonly [string, string])[];
  readonly footer: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]);

/** Replaces the light palette's colours by variables, so that a drawing follows the reader's light or dark theme. */
function themed(svg: string): string {
  return themeVariables().reduce((text, [light, name]) => text.replaceAll(light, `var(${name})`), svg);
}

function styles(): string {
  const variables = themeVariables();
  const list = (pick: 0 | 2): string => variables.map((entry) => `${entry[1]}:${entry[pick]}`).join(';');
  return `
:root{${list(0)};color-scheme:light dark}
@media (prefers-color-scheme:dark){:root{${list(2)}}}
*{box-sizing:border-box}
body{margin:0;background:var(--background);color:var(--text);font:16px/1.55 'DejaVu Sans',system-ui,sans-serif}
main{max-width:820px;margin:0 auto;padding:32px 20px 64px}
h1{font-size:1.5rem;margin:0 0 4px}h2{font-size:1.1rem;margin:44px 0 4px}
p,figcaption{color:var(--law);margin:4px 0 12px;font-size:.92rem}
.headline{display:grid;grid-template-columns:repeat(auto-fit,minmax(200px,1fr));gap:12px;margin:20px 0}
.headline div{border:1px solid var(--grid);border-radius:10px;padding:14px 18px}
.headline b{display:block;font-size:1.9rem;line-height:1.25;font-variant-numeric:tabular-nums}
.headline small{color:var(--law);font-size:.85rem}
.prediction{color:var(--prediction)}.actual{color:var(--actual)}
.note{border-left:4px solid var(--actual);padding:6px 12px;margin:8px 0;color:var(--text)}
figure{margin:0;overflow-x:auto}figure svg{display:block;width:100%;min-width:580px;height:auto}
.scroll{overflow-x:auto}table{border-collapse:collapse;font-size:.85rem;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 10px;text-align:right;white-space:nowrap;border-bottom:1px solid var(--grid)}
th:first-child,td:first-child{text-align:left}th{color:var(--law);font-weight:600}
dl{display:grid;grid-template-columns:max-content 1fr;gap:6px 18px;font-size:.88rem}
dt{color:var(--law)}dd{margin:0;overflow-wrap:anywhere}
@media (max-width:560px){dl{grid-template-columns:1fr}dd{margin-bottom:8px}}
footer{margin-top:44px;color:var(--law);font-size:.82rem}
@media print{main{max-width:none}h2{break-after:avoid}figure{break-inside:avoid}}`;
}

function tableHtml({ title, header, rows }: Page['tables'][number]): string {
  const cells = (tag: 'th' | 'td', row: readonly string[]): string =>
    row.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('');
  const body = rows.map((row) => `<tr>${cells('td', row)}</tr>`).join('');
  return `<section><h2>${escapeHtml(title)}</h2><div class="scroll"><table><thead><tr>${cells('th', header)}</tr></thead><tbody>${body}</tbody></table></div></section>`;
}

/** One self-contained HTML file: no script, no request to anywhere, light and dark, phone and print. */
export function renderHtml(page: Page): string {
  const headline = page.headline
    .map(
      ({ label, value, note, tone }) =>
        `<div><small>${escapeHtml(label)}</small><b class="${tone}">${escapeHtml(value)}</b><small>${escapeHtml(note)}</small></div>`,
    )
    .join('');
  const notes = page.notes.map((note) => `<p class="note">${escapeHtml(note)}</p>`).join('');
  const figures = page.figures
    .map(
      ({ figure, svg }) =>
        `<section id="${escapeHtml(figure.id)}"><h2>${escapeHtml(figure.title)}</h2><figure><figcaption>${escapeHtml(figure.caption)}</figcaption>${themed(svg)}</figure></section>`,
    )
    .join('\n');
  const card = page.card.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(page.title)}</title><style>${styles()}</style></head>
<body><main>
<header><h1>${escapeHtml(page.title)}</h1></header>
<div class="headline">${headline}</div>
${notes}
${figures}
${page.tables.map(tableHtml).join('\n')}
<section><h2>Methods</h2><dl>${card}</dl></section>
<footer>${escapeHtml(page.footer)}</footer>
</main></body></html>
`;
}
