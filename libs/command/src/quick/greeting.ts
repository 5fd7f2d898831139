import { join } from 'node:path';
import { renderUnicodeCompact } from 'uqr';
import type { FolderAsk } from './ask.ts';
import type { Clickable } from './listens.ts';
import type { Place } from './place.ts';
import { shellWord } from './shell-word.ts';

const BOLD = '\x1b[1m';
const LINK = '\x1b[36m';
const PLAIN = '\x1b[0m';

interface GreetingFacts {
  readonly version: string;
  readonly driver: string;
  readonly ask: FolderAsk;
  readonly place: Place;
  readonly urls: Clickable;
  readonly colored: boolean;
}

/** Returns what a person reads when the server serves. */
export function greeting(facts: GreetingFacts): string {
  const { version, driver, ask, place, urls, colored } = facts;
  const bold = (text: string): string => (colored ? `${BOLD}${text}${PLAIN}` : text);
  const link = (url: string): string => (colored ? `${LINK}${url}${PLAIN}` : url);
  const lines = [
    `webserv ${version} serves ${bold(printable(join(place.root, place.file)))} (${driver})`,
    '',
  ];
  for (const url of urls.here) lines.push(`  on this machine    ${link(url)}`);
  for (const url of urls.network) lines.push(`  on other machines  ${link(url)}`);
  if (ask.host === '' && urls.network.length === 0)
    lines.push('  this machine has no address that others can reach');
  if (ask.auth !== null) lines.push('', `  ${ask.auth} may come in, with the password`);
  if (ask.auth !== null && !ask.tls && urls.network.length > 0)
    lines.push('  the password travels readable: --tls encrypts it');
  const [first = ''] = [...urls.here, ...urls.network];
  if (place.upload !== '') {
    const user = ask.auth === null ? '' : `-u ${shellWord(ask.auth)} `;
    const curl = `curl ${ask.tls ? '-k ' : ''}${user}-F file=@NAME ${first}`;
    lines.push('', `  uploads go to ${printable(place.upload)}: ${curl}`);
  }
  if (ask.qr) lines.push('', qrCode(urls.network[0] ?? first));
  lines.push('', 'Ctrl-C stops it.', '');
  return lines.join('\n');
}

/** A terminal is mostly dark, and a code is to be read as dark on light: its light fields are drawn. */
function qrCode(url: string): string {
  return renderUnicodeCompact(url, { border: 2 });
}

/** A name of a folder is no command to the terminal. */
function printable(path: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a terminal would obey
  return path.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}
