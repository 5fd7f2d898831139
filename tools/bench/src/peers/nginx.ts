import { join } from 'node:path';
import type { Peer, Role } from '../peer.ts';
import { which } from '../which.ts';

const program = which('nginx');

/**
 * One worker, descriptors cached, the access log buffered. sendfile is the setting for large files; for small ones
 * reading into the buffer of the head may be cheaper, so there is a peer of each.
 */
export const nginx = make('nginx', 'sendfile on;\n  tcp_nopush on;');
export const nginxPread = make('nginx-pread', 'sendfile off;');

function make(name: string, sending: string): Peer {
  return {
    name,
    logs: true,
    stores: 'PUT',
    missing: () => (program === '' ? 'nginx is not installed' : ''),
    version: () => [program, '-v'],
    launch({ port, root, folder, role }) {
      const path = join(folder, 'nginx.conf');
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((kind) => `  ${kind}_temp_path ${join(folder, kind)};`)
        .join('\n');
      const text = `daemon off;
worker_processes 1;
worker_rlimit_nofile 65536;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')} warn;
events { worker_connections 16384; }
http {
${temporary}
  types { text/html html; }
  ${sending}
  keepalive_requests 1000000000;
  keepalive_timeout 65;
  open_file_cache max=1000 inactive=60s;
  open_file_cache_valid 60s;
  open_file_cache_min_uses 1;
  access_log ${join(folder, 'access.log')} combined buffer=64k flush=1s;
  server {
    listen 127.0.0.1:${port} backlog=4096;
    root ${root};
${extra(role, folder)}  }
}
`;
      return { command: [program, '-e', join(folder, 'error.log'), '-c', path], config: { path, text } };
    },
  };
}

/** The body goes to a file beside its place and is renamed, as ours does it; a buffer of 1m spares half of the calls. */
function extra(role: Role, folder: string): string {
  if (role !== 'uploads') return '';
  return `    location /upload/ {
      alias ${join(folder, 'uploads')}/;
      dav_methods PUT;
      client_max_body_size 4g;
      client_body_buffer_size 1m;
      client_body_temp_path ${join(folder, 'uploads-temp')};
    }
`;
}
