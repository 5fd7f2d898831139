import {
  DIAGNOSTIC_CODES,
  type Diagnostic,
  effective,
  type LoadResult,
  loadText,
  memoryDisk,
  report,
  toJson,
} from '@webserv/config';
import { claim, same, type Target } from '../target.ts';

const HOME = '/etc/webserv';
/** The number of diagnostics whose place is checked and that are printed. The rest look like them. */
const PLACED = 100;
const SHOWN = 10;
const DISK = memoryDisk({
  [`${HOME}/www/index.html`]: '',
  [`${HOME}/www/404.html`]: '',
  [`${HOME}/www/sealed.html`]: { mode: '' },
  [`${HOME}/up/`]: {},
  [`${HOME}/log/`]: {},
  [`${HOME}/cgi/a.py`]: { mode: 'rwx' },
  [`${HOME}/mime.types`]: 'types { text/html html htm; image/svg+xml svg; }\n',
  [`${HOME}/part.conf`]: 'location /part { method GET; }\n',
  [`${HOME}/loop.conf`]: 'include loop.conf;\n',
  '/usr/bin/python3': { mode: 'rx' },
});

/** Configurations: every mistake has its place, and the effective config can be printed and read again. */
export const config: Target = {
  name: 'config',
  seeds: [
    'server { listen 80; root www; location / { } }',
    'use epoll;\nuser www;\nerror_log log/e.log warn json buffer=0 flush=10ms;\nserver {\n listen 127.0.0.1:80;\n listen [::1]:81;\n listen unix:/run/x;\n server_name a.b *.c;\n root www;\n default_file index.html;\n access_log log/a.log combined buffer=64k flush=1s;\n error 404 www/404.html;\n location / { method GET POST; upload_path up; }\n}\n',
    'server { listen 80; root www; include mime.types; include part.conf; include *.none;\n location / { auto_index on; }\n location /c { root cgi; cgi a.py; cgi .py python3; timeout 3; cgi_timeout 500ms; }\n location /r { redirection 302 https://x/; } }',
    'server { listen 80; root "w\\"w"; location /a { default_file \'x y\'; body_size 1m; } } # end',
    'server { listen 80 root www; locaton / { metod GET } }',
    'include loop.conf;',
  ],
  words:
    'server|location|listen|root|www|index.html|default_file|upload_path|up|auto_index|on|off|method|GET|POST|DELETE|PUT|body_size|max_header|max_headers|max_connect|timeout|header_timeout|body_timeout|send_timeout|keepalive_timeout|cgi_timeout|keepalive_requests|max_cgi|cgi_queue|cache_size|cache_entry|error|404|www/404.html|access_log|error_log|log/a.log|combined|json|text|debug|buffer=|flush=|include|mime.types|part.conf|types|redirection|301|https://x/|cgi|.py|python3|a.py|use|epoll|auto|user|server_name|*.a|_|symlinks|dotfiles|upload_overwrite|upload_fsync|{|}|;|"|\'|#|\\|\n|\r\n|\t| |\xc2\xa0|\xe2\x80\x9c|\xef\xbb\xbf|\0|$|1k|1g|9t|0|-1|3s|500ms|1e9|127.0.0.1:80|[::1]:81|unix:/run/x|65536|{ }|location / { }|server { listen 80; root www; location / { } }'.split(
      '|',
    ),
  run(input) {
    const text = input.toString();
    const result = loadText(text, `${HOME}/webserv.conf`, DISK);
    const found = result.ok ? result.warnings : result.diagnostics;
    for (const diagnostic of found.slice(0, PLACED)) placed(diagnostic, text);
    claim(result.ok || found.some(({ severity }) => severity === 'error'), 'refused without a reason');
    const some = found.slice(0, SHOWN);
    claim((report(some) === '') === (some.length === 0), 'a report that does not tell');
    claim(
      (JSON.parse(toJson(some)) as unknown[]).length === some.length,
      'JSON with another number of diagnostics',
    );
    if (result.ok) again(result);
  },
};

function placed({ position, code, includedFrom, sourceLine }: Diagnostic, text: string): void {
  claim(DIAGNOSTIC_CODES.includes(code), 'a code that is not on the list');
  const { line, column, length } = position;
  claim(line >= 1 && column >= 1 && length >= 1, 'a place before the beginning');
  const characters = [...sourceLine].length;
  claim(column <= characters + 1, 'a column behind the end of its line');
  claim(column + length <= characters + 2, 'a length that leads out of its line');
  if (includedFrom.length > 0 || position.file !== `${HOME}/webserv.conf`) return;
  const lines = text.replace(/^\ufeff/, '').split('\n');
  claim(line <= lines.length, 'a line behind the end');
  same(sourceLine, lines[line - 1]?.replace(/\r$/, ''), 'another line than the one that is shown');
}

function again({ config: first }: Extract<LoadResult, { ok: true }>): void {
  for (const defaults of [true, false]) {
    const printed = effective(first, { defaults });
    const result = loadText(printed, `${HOME}/webserv.conf`, DISK);
    if (!result.ok) throw new Error(`what is in force does not load again: ${report(result.diagnostics)}`);
    same(plain(result.config), plain(first), `what is in force is something else when loaded again`);
  }
}

/** Returns a config without the places of its directives. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(plain);
  if (value instanceof Set) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key]) => !['origins', 'at', 'file', 'text', 'types'].includes(key),
  );
  const types = (value as { types?: unknown }).types;
  const out = Object.fromEntries(kept.map(([key, each]) => [key, plain(each)]));
  if (types instanceof Map) out['types'] = [...types].sort();
  return out;
}
