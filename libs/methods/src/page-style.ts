import { createHash } from 'node:crypto';
import { bytesOfText, holdsRawBytes, replaceRawBytes } from '@webserv/request';
import { escapeHtml } from '@webserv/response';

/** Dark or light as the reader's system is set; wide tables are for wide screens. It fetches nothing. */
const STYLE = `:root{color-scheme:light dark;--bg:#f6f7f9;--fg:#1c2430;--dim:#5b6675;--mark:#1d5fd0;--line:#dde2e9;--row:#ffffff}
@media(prefers-color-scheme:dark){:root{--bg:#12161c;--fg:#e8ecf1;--dim:#97a3b2;--mark:#7fb0ff;--line:#29313c;--row:#181e26}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--fg);font:1rem/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:auto;padding:1.5rem 1rem 3rem}
h1{margin:0 0 1rem;font-size:1.375rem;line-height:1.3;font-weight:600;overflow-wrap:anywhere}
a{color:var(--mark);text-decoration:none}
a:hover,a:focus-visible{text-decoration:underline}
h1 i{font-style:normal;color:var(--dim);padding:0 .25rem}
table{width:100%;border-collapse:collapse;background:var(--row);border:1px solid var(--line)}
th,td{padding:.5rem .75rem;text-align:left;vertical-align:top;border-top:1px solid var(--line)}
thead th{border-top:0;font-weight:600;white-space:nowrap}
td:first-child{overflow-wrap:anywhere}
.d a{font-weight:600}
.n{text-align:right;white-space:nowrap;color:var(--dim);font-variant-numeric:tabular-nums}
.t{white-space:nowrap;color:var(--dim);font-variant-numeric:tabular-nums}
p,output{color:var(--dim)}
form{display:flex;flex-wrap:wrap;gap:.75rem;align-items:center;margin:0 0 1rem}
input{flex:1;min-width:0;max-width:24rem;font:inherit;padding:.375rem .625rem;color:inherit;background:var(--row);border:1px solid var(--line);border-radius:.25rem}
main>table img{float:right;margin:-.25rem 0;object-fit:contain}
article{margin-top:1.5rem;padding:.25rem 1.25rem;background:var(--row);border:1px solid var(--line);overflow-wrap:anywhere}
article :is(h1,h2,h3,h4,h5,h6){margin:1.25rem 0 .5rem;font-size:1.125rem;line-height:1.3}
article h1{font-size:1.375rem}
article p{color:inherit}
article a{text-decoration:underline}
article img{max-width:100%;height:auto}
article :is(pre,table){display:block;max-width:100%;overflow-x:auto}
article :is(pre,code){font:.875rem/1.5 ui-monospace,monospace}
article pre{padding:.75rem;background:var(--bg)}
article>pre:only-child{white-space:pre-wrap;background:none;padding:0}
article table{border:0}
article blockquote{margin:0;padding-left:1rem;border-left:.25rem solid var(--line);color:var(--dim)}
@media(max-width:34rem){th,td{padding:.625rem .5rem}.t span{display:none}}`;

/**
 * Returns the policy of a page of this style: it fetches nothing but pictures of its own server, and runs this script.
 * @param script as it stands in the page
 * @param theme as for `pageBegin`
 */
export function pagePolicy(script: string, theme: string): string {
  const styles = theme === '' ? STYLE_SOURCE : `${STYLE_SOURCE} ${sourceOf(`\n${theme}\n`)}`;
  return `default-src 'none'; img-src 'self' data:; style-src ${styles}; script-src ${sourceOf(script)}; form-action 'self'; base-uri 'none'`;
}

function sourceOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}

const STYLE_SOURCE = sourceOf(`\n${STYLE}\n`);

/**
 * Returns the beginning of a page, up to the content of its `main`.
 * @param title plain text
 * @param theme CSS behind that of the page, without `</` and with LF alone; '' for none
 */
export function pageBegin(title: string, theme = ''): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<title>${escapeHtml(visible(title))}</title>
<link rel="icon" href="data:,">
<style>
${STYLE}
</style>
${theme === '' ? '' : `<style>\n${theme}\n</style>\n`}</head>
<body>
<main>
`;
}

export const PAGE_END = '</main>\n</body>\n</html>\n';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'] as const;

/** Writes bytes as people read them: `512 B`, `1.4 MiB`. */
export function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is to be replaced
const CONTROL = /[\x00-\x1f\x7f]/g;

/**
 * Returns a name so that all of it is visible. A control character, which HTML would drop or take for a space, becomes its
 * picture. A byte that is not UTF-8 becomes `\xE9`.
 */
export function visible(name: string): string {
  return visibleInJson(name).replace(CONTROL, (c) =>
    c === '\x7f' ? '\u2421' : String.fromCharCode(0x2400 + c.charCodeAt(0)),
  );
}

/** The same for JSON, which can write every control character: only a byte that is not UTF-8 becomes `\xE9`. */
export function visibleInJson(name: string): string {
  return replaceRawBytes(name, (byte) => `\\x${hex(byte)}`);
}

/** Encodes a name, byte by byte, as one segment of a relative reference. */
export function encodeSegment(name: string): string {
  return holdsRawBytes(name)
    ? Array.from(bytesOfText(name), (byte) =>
        UNRESERVED.has(byte) ? String.fromCharCode(byte) : `%${hex(byte)}`,
      ).join('')
    : // A lone surrogate has no UTF-8 form, and encodeURIComponent throws on it.
      encodeURIComponent(name.replace(/\p{Surrogate}/gu, '\ufffd'));
}

/** The characters that encodeURIComponent does not encode. */
const UNRESERVED: ReadonlySet<number> = new Set(
  Buffer.from("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.!~*'()"),
);

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
