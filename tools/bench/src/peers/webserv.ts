import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../peer.ts';

/** Our own server, started by `command`; `driver` is the word behind `use`. `quiet` leaves the access log off. */
export function webserv(name: string, command: readonly string[], driver: string, quiet = false): Peer {
  return {
    name,
    logs: !quiet,
    stores: 'POST',
    missing() {
      const script = command.find((word) => word.endsWith('.js'));
      return script === undefined || existsSync(script) ? '' : `${script} is not built`;
    },
    version: () => [...command, '--version'],
    launch({ port, root, folder, role }) {
      const path = join(folder, 'webserv.conf');
      const log = quiet ? 'off' : `${join(folder, 'access.log')} combined buffer=64k flush=1s`;
      const text = `use ${driver};
error_log ${join(folder, 'error.log')} warn;

server {
  listen 127.0.0.1:${port};
  root ${root};
  access_log ${log};
  max_connect 16384;
  keepalive_requests 1000000000;
  keepalive_timeout 65;

  location / {
    method GET;${role === 'scripts' ? '\n    cgi .sh /bin/sh;' : ''}
  }
${role === 'uploads' ? store(join(folder, 'uploads')) : ''}}
`;
      return { command: [...command, '-c', path], config: { path, text } };
    },
  };
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
