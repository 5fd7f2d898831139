import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '@webserv/certificate';
import { Random } from './random.ts';
import { NAME, SECURE_HOST } from './wire.ts';

const SCRIPTS: Readonly<Record<string, string>> = {
  // What comes on stdin, behind what was asked.
  'echo.sh': 'printf "Content-Type: text/plain\\r\\n\\r\\n%s %s\\n" "$REQUEST_METHOD" "$QUERY_STRING"; cat',
  // Without a length, in three pieces.
  'pieces.sh':
    'printf "Content-Type: text/plain\\n\\n"; for i in 1 2 3; do echo "piece $i"; sleep 0.02; done',
  'crash.sh': 'exit 3',
  'hang.sh': 'printf "Content-Type: text/plain\\n\\nbegun\\n"; sleep 300',
  'stderr.sh':
    'echo "a line for the log" >&2; printf "Status: 404 Gone away\\nContent-Type: text/plain\\n\\nno"',
};

/** Files that do not change, by name under `/files/`. */
const SIZES: Readonly<Record<string, number>> = {
  'empty.bin': 0,
  'page.html': 1_024,
  'style.css': 13_331,
  'picture.png': 200_003,
  'large.bin': 3_000_017,
};
/** Small files, more than the cache has room for. */
const MANY = 400;
const MANY_SIZE = 4_000;

/** A site in a folder of its own, and what its server must answer. */
export interface Site {
  readonly folder: string;
  readonly config: string;
  /** Content by path from the root, such as `/files/page.html`. */
  readonly files: ReadonlyMap<string, Buffer>;
  readonly uploads: string;
  /** The certificate that the server shows, which signs itself. */
  readonly certificate: string;
  remove(): void;
}

export function makeSite(use: string): Site {
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  // A server that root starts may become another user, and must still be able to read the site.
  chmodSync(folder, 0o755);
  for (const name of ['files', 'uploads', 'cgi', 'log']) mkdirSync(join(folder, name));
  const random = new Random(7);
  const files = new Map<string, Buffer>();
  const add = (name: string, size: number): void => {
    const content = random.bytes(size);
    files.set(`/files/${name}`, content);
    writeFileSync(join(folder, 'files', name), content);
  };
  for (const [name, size] of Object.entries(SIZES)) add(name, size);
  for (let i = 0; i < MANY; i++) add(`many-${i}.txt`, MANY_SIZE + i);
  for (const [name, text] of Object.entries(SCRIPTS)) {
    writeFileSync(join(folder, 'cgi', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  }
  const { certificate, key } = selfSigned({ names: [NAME], now: Date.now(), days: 1 });
  writeFileSync(join(folder, 'soak.pem'), certificate);
  writeFileSync(join(folder, 'soak.key'), key);
  const config = join(folder, 'site.conf');
  writeFileSync(config, configOf(use));
  return {
    folder,
    config,
    files,
    uploads: join(folder, 'uploads'),
    certificate,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function configOf(use: string): string {
  return `use ${use};
error_log log/server.log warn;
server {
    listen 127.0.0.1:0;
    listen ${SECURE_HOST}:0 tls;
    certificate soak.pem soak.key;
    root files;
    max_connect 400;
    max_cgi 8;
    cache_size 1m;
    body_size 4m;
    timeout 20s;
    access_log log/access.log combined buffer=64k flush=1s;
    error_log log/error.log notice;
    location / { method GET; auto_index off; }
    location /files { method GET; auto_index off; }
    location /list { method GET; auto_index on; }
    location /up { root uploads; method GET POST DELETE; upload_path uploads; auto_index off; }
    location /cgi {
        root cgi;
        method GET POST;
        auto_index off;
        cgi echo.sh;
        cgi pieces.sh;
        cgi crash.sh;
        cgi hang.sh;
        cgi stderr.sh;
    }
}
`;
}
