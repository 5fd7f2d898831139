import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Random } from '../random.ts';
import type { Attack, Ground } from './attack.ts';

const PAGE = 1024;

/** A site for one attack. `remove` deletes it. */
export class AttackGround implements Ground {
  readonly folder = mkdtempSync(join(tmpdir(), 'attack-'));
  readonly random = new Random(11);
  readonly config: string;

  constructor(attack: Attack, use: string) {
    // A server that root starts may become another user, and must still be able to read the site.
    chmodSync(this.folder, 0o755);
    for (const name of ['files', 'list', 'uploads', 'cgi', 'log']) mkdirSync(join(this.folder, name));
    this.file('files/page.html', 'x'.repeat(PAGE));
    this.file(
      'cgi/hello.sh',
      '#!/bin/sh\nprintf "Content-Type: text/plain\\r\\nContent-Length: 6\\r\\n\\r\\nhello\\n"\n',
      0o755,
    );
    attack.prepare?.(this);
    this.config = join(this.folder, 'site.conf');
    writeFileSync(this.config, configOf(attack, use));
  }

  file(path: string, content: string | Uint8Array, mode = 0o644): void {
    const full = join(this.folder, path);
    mkdirSync(dirname(full), { recursive: true });
    writeFileSync(full, content, { mode });
  }

  logSize(): number {
    return statSync(join(this.folder, 'log/access.log'), { throwIfNoEntry: false })?.size ?? 0;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Every limit that an attack does not set has its default. */
function configOf(attack: Attack, use: string): string {
  return `use ${use};
error_log log/server.log warn;
server {
    listen 127.0.0.1:0;
    root files;
    access_log log/access.log;
    error_log log/error.log warn;
    ${attack.directives ?? ''}
    location / { method GET; default_file page.html; }
    location /list { root list; auto_index on; }
    location /up { root uploads; method GET POST DELETE; upload_path uploads; upload_overwrite on; }
    location /cgi { root cgi; method GET POST; cgi .sh /bin/sh; }
}
`;
}
