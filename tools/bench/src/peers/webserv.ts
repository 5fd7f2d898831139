import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Peer, POOL_SIZE, repeated, socketOf, TLS_SUITE } from '../peer.ts';
import { NUMBERED_FOLDERS } from '../sites.ts';

/** How a webserv of the comparison differs from the plain one. */
interface Flavour {
  /** The word behind `use`. */
  readonly driver?: string;
  /** No access log. */
  readonly quiet?: boolean;
  /** Fields of its own are on each answer. */
  readonly fields?: boolean;
  /** What a site in use has: such fields, rules for clients, and files tried in order. */
  readonly ruled?: boolean;
  /** The value of `cache_size`; the default of the server where it is left out. */
  readonly cache?: string;
}

/** Ten fields of 20 to 50 bytes: what they cost is that each answer has more bytes. */
const FIELDS = `
${repeated(10, (number) => `    header X-Field-${number} "${'value '.repeat(1 + (number % 5)).trim()}";\n`)}`;
const RULES = `
    allow 127.0.0.0/8;
    allow ::1;
    deny all;
    try_files $uri $uri.html =404;${FIELDS}`;

/** Our own server, started by `command`. */
export function webserv(name: string, command: readonly string[], flavour: Flavour = {}): Peer {
  const { driver = 'auto', quiet = false, fields = false, ruled = false, cache } = flavour;
  return {
    name,
    logs: !quiet,
    stores: 'POST',
    missing() {
      if (command.length === 0) return 'no command starts it (see --before)';
      const script = command.find((word) => word.endsWith('.js'));
      return script === undefined || existsSync(script) ? '' : `${script} is not built`;
    },
    version: () => [...command, '--version'],
    launch({
      port,
      root,
      folder,
      role,
      siblings = false,
      pools,
      servers = 0,
      locations = 0,
      workers = 1,
      tls,
    }) {
      const path = join(folder, 'webserv.conf');
      const log = quiet ? 'off' : `${join(folder, 'access.log')} combined buffer=64k flush=1s`;
      const text = `use ${driver};
workers ${workers};
error_log ${join(folder, 'error.log')} warn;

server {
  listen 127.0.0.1:${port}${tls === undefined ? '' : ` tls;\n  certificate ${tls.certificate} ${tls.key};\n  tls_versions TLSv1.3;\n  tls_ciphers ${TLS_SUITE}`};
  root ${root};
  access_log ${log};
  max_connect 16384;${cache === undefined ? '' : `\n  cache_size ${cache};`}
  keepalive_requests 1000000000;
  keepalive_timeout 65;${pools === undefined ? '' : `\n  max_cgi ${POOL_SIZE};\n  max_share_per_address 100;`}

  location / {
    method GET;${ruled ? RULES : fields ? FIELDS : ''}${siblings ? '\n    precompressed gzip;' : ''}${role === 'scripts' ? '\n    cgi .sh /bin/sh;' : ''}${pools === undefined ? '' : `\n    fastcgi unix:${socketOf(pools, name)} .php;`}
  }
${role === 'uploads' ? store(join(folder, 'uploads')) : ''}${repeated(locations, (number) => location(number, root))}}
${repeated(servers, (number) => host(number, port, root))}`;
      return { command: [...command, '-c', path], config: { path, text } };
    },
  };
}

/** What follows the location's path is looked for below its root, which must be there. */
function location(number: number, root: string): string {
  return `  location /${number}/ { root ${join(root, String(number % NUMBERED_FOLDERS))}; method GET; }\n`;
}

function host(number: number, port: number, root: string): string {
  return `server {
  listen 127.0.0.1:${port};
  server_name host-${number}.example;
  root ${root};
  access_log off;
  location / { method GET; }
}
`;
}

function store(uploads: string): string {
  return `
  location /upload {
    method POST;
    upload_path ${uploads};
    body_size 4g;
  }
`;
}
