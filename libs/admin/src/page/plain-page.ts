import { createHash } from 'node:crypto';
import type { Answer } from '../answers/answer.ts';
import { markup } from './markup.ts';
import { STYLE } from './style.ts';

/** A link, or plain text. */
type Cell = string | { readonly text: string; readonly href: string };

/** A part of a page: facts, a table or lines of text. */
export interface PagePart {
  readonly heading: string;
  readonly facts?: readonly (readonly [name: string, value: string])[];
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly Cell[])[];
  readonly lines?: readonly string[];
}

const LINES = 'pre{margin:0;padding:.6rem .75rem;white-space:pre-wrap;overflow-wrap:anywhere}';
const CSS = `${STYLE}${LINES}`;
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(CSS).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Returns a page without a script, in the looks of the status page. Whatever it shows is text. */
export function plainPage(title: string, parts: readonly PagePart[]): Answer {
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    headers: [
      ['Content-Security-Policy', POLICY],
      ['Vary', 'Accept'],
    ],
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>webserv ${markup(title)}</title>
<style>${CSS}</style>
<header><h1>webserv</h1><nav><a href="status">Status</a><a href="runs">Runs</a></nav></header>
<main>
${parts.map(section).join('\n')}
</main>
</html>
`,
  };
}

function section({ heading, facts = [], columns = [], rows = [], lines = [] }: PagePart): string {
  const parts = [`<h2>${markup(heading)}</h2>`];
  if (facts.length > 0) {
    const tiles = facts.map(
      ([name, value]) => `<div><dt>${markup(name)}</dt><dd>${markup(value)}</dd></div>`,
    );
    parts.push(`<dl class="tiles">${tiles.join('')}</dl>`);
  }
  if (rows.length > 0) {
    const head = columns.map((name) => `<th scope="col" class="text">${markup(name)}</th>`).join('');
    const body = rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`).join('\n');
    parts.push(
      `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`,
    );
  }
  if (lines.length > 0) parts.push(`<div class="scroll"><pre>${lines.map(markup).join('\n')}</pre></div>`);
  return `<section>${parts.join('\n')}</section>`;
}

function cell(value: Cell): string {
  if (typeof value === 'string') return `<td class="text" title="${markup(value)}">${markup(value)}</td>`;
  return `<td class="text"><a href="${markup(value.href)}">${markup(value.text)}</a></td>`;
}
