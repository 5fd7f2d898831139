import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Peer } from '../peer.ts';

/** Our own server, started by `command`; `driver` is the word behind `use`. */
export function webserv(name: string, command: readonly string[], driver: string): Peer {
  return {
    name,
    logs: true,
    missing() {
      const script = command.find((word) => word.endsWith('.js'));
      return script === undefined || existsSync(script) ? '' : `${script} is not built`;
    },
    version: () => [...command, '--version'],
    launch({ port, root, folder }) {
      const path = join(folder, 'webserv.conf');
      const text = `use ${driver};
error_log ${join(folder, 'error.log')} warn;

server {
  listen 127.0.0.1:${port};
  root ${root};
  access_log ${join(folder, 'access.log')} combined buffer=64k flush=1s;
  max_connect 16384;
  keepalive_requests 1000000000;
  keepalive_timeout 65;

  location / {
    method GET;
  }
}
`;
      return { command: [...command, '-c', path], config: { path, text } };
    },
  };
}
