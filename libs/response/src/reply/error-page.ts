import { utf8 } from '../fields/field.ts';
import { neverHasContent, reasonPhrase } from '../status.ts';

/** One sentence for the reader of the page. It says what may help. */
const SENTENCES: ReadonlyMap<number, string> = new Map([
  [400, 'The request could not be understood. If you typed the address, please check it.'],
  [401, 'This page is only shown to those who sign in.'],
  [403, 'Access to this address is not allowed.'],
  [404, 'There is nothing at this address. It may have moved, or the link may be mistyped.'],
  [405, 'This address does not accept that kind of request.'],
  [408, 'The request took too long to arrive. Please try again.'],
  [409, 'The request conflicts with what is already here.'],
  [410, 'What was here is gone for good.'],
  [411, 'The request must say how long its content is.'],
  [412, 'What you refer to has changed in the meantime. Please reload it first.'],
  [413, 'What was sent is larger than this address accepts.'],
  [414, 'The address is longer than this server accepts.'],
  [415, 'This address does not accept content of that type.'],
  [416, 'The part that was asked for lies outside the file.'],
  [417, 'The server cannot do what the request expects of it.'],
  [421, 'This server does not answer for that host name.'],
  [429, 'Too many requests came at once. Please wait a moment and try again.'],
  [431, 'The request carries more header data than this server accepts. Deleting cookies may help.'],
  [500, 'Something went wrong on the server. It is not your fault; please try again later.'],
  [501, 'This server does not know that kind of request.'],
  [502, 'The program behind this page gave no usable answer.'],
  [503, 'The server is busy right now. Please try again in a moment.'],
  [504, 'The program behind this page took too long to answer.'],
  [505, 'This server speaks HTTP/1.1 and HTTP/1.0 only.'],
  [507, 'There is no room left to store what was sent.'],
]);

const STYLE = `:root{color-scheme:light dark;--bg:#f6f7f9;--fg:#1c2430;--dim:#5b6675;--mark:#2f6fde}
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--fg:#e8ecf1;--dim:#97a3b2;--mark:#7fb0ff}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--bg);color:var(--fg);font:1.0625rem/1.6 system-ui,sans-serif}
main{flex:1;display:flex;flex-direction:column;justify-content:center;width:100%;max-width:36rem;margin:auto;padding:2rem 1.5rem}
b{font-size:clamp(4.5rem,22vw,8rem);line-height:1;letter-spacing:-.04em;color:var(--mark);font-variant-numeric:tabular-nums}
h1{margin:.75rem 0 .25rem;font-size:1.5rem;line-height:1.25}
p{margin:0;color:var(--dim)}
footer{padding:1.25rem;text-align:center;font-size:.875rem;color:var(--dim)}`;

/** Of all servers of the process: a page depends on nothing but its status. */
const pages = new Map<number, Uint8Array>();

/**
 * Returns the page for a server that has none of its own: status, phrase, one sentence. It contains nothing of the
 * request and nothing of the host, so it can leak nothing. It is UTF-8, and empty for a status whose messages have no
 * content. The bytes are built once for each status and shared: never write into them.
 */
export function errorPage(status: number): Uint8Array {
  let page = pages.get(status);
  if (page === undefined) {
    page = neverHasContent(status) ? new Uint8Array(0) : utf8(render(status));
    pages.set(status, page);
  }
  return page;
}

/** Escapes a text for use as HTML text or as a quoted attribute value. */
export function escapeHtml(value: string): string {
  return value.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}

function render(status: number): string {
  const reason = escapeHtml(reasonPhrase(status) || (status >= 500 ? 'Server Error' : 'Error'));
  const sentence = escapeHtml(SENTENCES.get(status) ?? 'The request could not be completed.');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${status} ${reason}</title>
<style>
${STYLE}
</style>
</head>
<body>
<main>
<b>${status}</b>
<h1>${reason}</h1>
<p>${sentence}</p>
</main>
<footer>webserv</footer>
</body>
</html>
`;
}
