import { mkdirSync, utimesSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { TestSite } from '../../testing/site.ts';
import type { Block, Probe } from './probe.ts';

/** What stands in each block unless a probe or the setting itself says otherwise. */
const USUAL: Readonly<Record<Block, string>> = {
  main: 'error_log error.log info flush=1ms;',
  server:
    'listen 127.0.0.1:0; access_log access.log json buffer=0; root files; method GET POST DELETE; upload_path uploads;',
  location: '',
};

const TLS = 'listen 127.0.0.1:0 tls;';

/** Long ago, so that no page waits for its file to settle. */
const OLD = new Date('2020-01-01T00:00:00Z');

/** Where the settings under test stand: a line for each block, and whether in the first server or a later one. */
export interface Lines extends Partial<Record<Block, string>> {
  readonly later?: boolean;
}

/** A site folder for a probe, with its files. */
export function siteFor(probe: Probe): TestSite {
  const site = new TestSite();
  for (const folder of ['files', 'uploads']) mkdirSync(join(site.folder, folder));
  for (const [path, content] of Object.entries(probe.files ?? {})) {
    const full = site.file(path, content);
    for (const each of [full, dirname(full)]) utimesSync(each, OLD, OLD);
  }
  return site;
}

/**
 * The text of a config: the setting stands in main, in the server, or in the location `/in` of it. With `later` that
 * server is the second one of its address, and goes by the name `later`.
 */
export function configText(probe: Probe, lines: Lines): string {
  const block = (name: Block): string => {
    const own = lines[name] ?? '';
    const around = without(probe.around?.[name] ?? '', own);
    const secured = name === 'server' && probe.tls !== undefined ? `${TLS} ${without(probe.tls, own)}` : '';
    return `${without(USUAL[name], `${secured} ${around} ${own}`)} ${secured} ${around}\n${own}`;
  };
  const listen = probe.tls === undefined ? 'listen 127.0.0.1:0;' : `${TLS} ${probe.tls}`;
  const first = `server { ${listen} access_log off; root files; location / { } }`;
  return `${block('main')}
${lines.later === true ? first : ''}
server {
  ${lines.later === true ? without('server_name later;', lines.server ?? '') : ''}
  ${block('server')}
  location / { ${probe.around?.location ?? ''} }
  location /in { ${block('location')} }
}
`;
}

/** Those directives that are not said in `others`, by their names. Text with blocks stays as it is. */
function without(text: string, others: string): string {
  if (text.includes('{')) return text;
  const outermost = others.replace(/\{[^{}]*\}/g, ';');
  const said = new Set(outermost.split(';').map((line) => line.trim().split(' ', 1)[0]));
  return text
    .split(';')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !said.has(line.split(' ', 1)[0]))
    .map((line) => `${line};`)
    .join(' ');
}
