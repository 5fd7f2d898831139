import { createHash } from 'node:crypto';
import type { Answer } from '../answers/answer.ts';
import { markup } from './markup.ts';
import { SCRIPT } from './script.ts';
import { STYLE } from './style.ts';

/** A page of this address, for the links of the status page. */
interface Link {
  readonly path: string;
  readonly title: string;
}

/** The page runs its own script and no other, even if a value should ever get into it as markup. */
const POLICY = `default-src 'none'; script-src '${hashOf(SCRIPT)}'; style-src '${hashOf(STYLE)}'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Returns the page that shows the status to people. It says nothing itself, and asks for /status.json every second. */
export function statusPage(links: readonly Link[]): Answer {
  const items = links
    .map(({ path, title }) => `<a href="${markup(path.slice(1))}">${markup(title)}</a>`)
    .join('');
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    headers: [['Content-Security-Policy', POLICY]],
    body: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>webserv status</title>
<style>${STYLE}</style>
<header><h1>webserv</h1><span class="state" role="status"></span><span class="note bad" role="alert"></span><nav>${items}</nav></header>
<main><noscript><p>This page needs its script to follow the server. <a href="status.json">status.json</a> has the same values.</p></noscript></main>
<script>${SCRIPT}</script>
</html>
`,
  };
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
