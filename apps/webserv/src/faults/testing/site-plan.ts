import { type Config, loadText, type MemoryEntry, memoryDisk, report } from '@webserv/config';
import type { Random } from '@webserv/event-loop/testing';
import { keyFiles } from './keys.ts';

/** Where things lie on the disk of a run. */
export const FILES = '/world/files';
export const LISTED = ['one.txt', 'two.txt', 'three.html', 'four & five.txt'] as const;
/** Outside of every root: no answer may have its content. */
const SECRET = '/world/secret.txt';
export const LOGS = { access: '/world/log/access.log', error: '/world/log/error.log' } as const;

/** What the model must know of a config. */
export interface SitePlan {
  readonly config: Config;
  readonly bodySize: number;
  readonly overwrite: boolean;
  readonly maxConnect: number;
  readonly maxCgi: number;
  readonly maxUploads: number;
}

function filled(path: string, size: number): string {
  const line = `this is ${path}\n`;
  return line.repeat(Math.ceil(size / line.length)).slice(0, size);
}

/** Everything that lies there before the server starts. */
export const CONTENTS: ReadonlyMap<string, string> = new Map([
  ['/world/site/index.html', filled('index', 700)],
  ['/world/site/about.txt', filled('about', 300)],
  ['/world/site/empty.txt', ''],
  ['/world/site/middle.txt', filled('middle', 3000)],
  ['/world/site/large.bin', filled('large', 70_000)],
  ['/world/site/folder/index.html', filled('folder', 100)],
  ['/world/two/index.html', filled('two', 400)],
  ['/world/pages/404.html', filled('404', 200)],
  ['/world/cgi/run.cgi', 'a script'],
  [SECRET, filled('secret', 200)],
  ...LISTED.map((name): [string, string] => [`/world/list/${name}`, filled(name, 50)]),
]);

/** Symbolic links, and what they say: some stay in their root, some lead out of it. */
export const LINKS: ReadonlyMap<string, string> = new Map([
  ['/world/site/inside.txt', 'about.txt'],
  ['/world/site/within', 'folder'],
  ['/world/site/outside.txt', SECRET],
  ['/world/site/out', '..'],
  ['/world/list/inside.txt', 'one.txt'],
  ['/world/list/outside.txt', '../secret.txt'],
]);

/** What the addresses of a site speak. */
export type Protocol = 'http1' | 'http2' | 'tls';

/** Where visitors go, by what they speak. */
export const PORTS: Readonly<Record<Protocol, number>> = { http1: 80, http2: 82, tls: 443 };

const FOLDERS = [FILES, '/world/log'];

function diskOfConfig(): Record<string, string | MemoryEntry> {
  const content: Record<string, string | MemoryEntry> = { '/bin/script': { text: '', mode: 'rx' } };
  for (const path of CONTENTS.keys()) content[path] = '';
  for (const folder of FOLDERS) content[`${folder}/`] = '';
  return content;
}

const OPEN = memoryDisk(diskOfConfig());
let secured: ReturnType<typeof memoryDisk> | null = null;

/** The disk that a config is loaded from: with certificates, if it needs some. */
function diskFor(protocol: Protocol): ReturnType<typeof memoryDisk> {
  if (protocol !== 'tls') return OPEN;
  secured ??= memoryDisk({ ...diskOfConfig(), ...keyFiles().entries });
  return secured;
}

/** The address that speaks more than HTTP/1.1. */
function further(protocol: Protocol): string {
  if (protocol !== 'tls') return `listen 127.0.0.1:${PORTS.http2} h2c;`;
  const { chain, key } = keyFiles();
  return `listen 127.0.0.1:${PORTS.tls} tls; certificate ${chain} ${key};`;
}

/** Loading is not what is tested here: configs that are alike are loaded once. */
const loaded = new Map<string, Config>();

/** Draws a config: several servers and locations, and limits small enough to be met. */
export function planSite(random: Random, protocol: Protocol): SitePlan {
  const pick = <T>(...choices: T[]): T => choices[random.below(choices.length)] as T;
  const plan = {
    bodySize: pick(2048, 20_000, 2 << 20),
    overwrite: random.chance(0.5),
    maxConnect: pick(2, 100, 100),
    maxCgi: pick(1, 32),
    maxUploads: pick(1, 3, 256),
  };
  const text = configText(plan, protocol, {
    fsync: random.chance(0.3),
    cache: pick('0', '4k', '1m'),
    requests: pick(2, 1000),
    queue: pick(1, 100),
    spool: pick('0', '70k', '64m'),
    share: pick(50, 100),
  });
  let config = loaded.get(text);
  if (config === undefined) {
    const result = loadText(text, '/world/site.conf', diskFor(protocol));
    if (!result.ok) throw new Error(report(result.diagnostics));
    config = result.config;
    loaded.set(text, config);
  }
  return { config, ...plan };
}

interface Details {
  readonly fsync: boolean;
  readonly cache: string;
  readonly requests: number;
  readonly queue: number;
  readonly spool: string;
  readonly share: number;
}

function configText(
  plan: Omit<SitePlan, 'config'>,
  protocol: Protocol,
  { fsync, cache, requests, queue, spool, share }: Details,
): string {
  return `
error_log ${LOGS.error} info text buffer=1k flush=100ms;
server {
  listen 127.0.0.1:80;
  ${further(protocol)}
  server_name one;
  root /world/site;
  max_header 1k;
  max_headers 20;
  max_connect ${plan.maxConnect};
  keepalive_requests ${requests};
  body_size ${plan.bodySize};
  cache_size ${cache};
  cache_entry 2k;
  max_cgi ${plan.maxCgi};
  cgi_queue ${queue};
  cgi_spool ${spool};
  max_uploads ${plan.maxUploads};
  max_share_per_address ${share};
  timeout 20s;
  cgi_timeout 5s;
  access_log ${LOGS.access} combined buffer=1k flush=1s;
  error 404 /world/pages/404.html;
  location / { method GET; default_file index.html; }
  location /list { root /world/list; auto_index on; }
  location /files { root ${FILES}; method GET PUT DELETE; upload_fsync ${fsync ? 'on' : 'off'}; }
  location /upload {
    method POST;
    upload_path ${FILES};
    upload_overwrite ${plan.overwrite ? 'on' : 'off'};
    upload_fsync ${fsync ? 'on' : 'off'};
  }
  location /cgi { root /world/cgi; method GET POST; cgi .cgi /bin/script; }
  location /moved { redirection 302 /index.html; }
}
server {
  listen 127.0.0.1:80;
  listen 127.0.0.1:81;
  ${further(protocol)}
  server_name two;
  max_connect ${plan.maxConnect};
  root /world/two;
  timeout 20s;
  access_log ${LOGS.access} combined buffer=1k flush=1s;
  location / { method GET; }
}
`;
}
