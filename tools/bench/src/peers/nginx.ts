import { join } from 'node:path';
import { descriptorLimit } from '../machine/descriptor-limit.ts';
import { which } from '../machine/which.ts';
import { type Certified, type Peer, POOL_SIZE, type Role, repeated, socketOf, TLS_SUITE } from '../peer.ts';

const program = which('nginx');

const SENDFILE = 'sendfile on;\n  tcp_nopush on;';
const PREAD = 'sendfile off;';
/** Descriptors that the worker needs beside those of cached files. */
const BESIDE = 2048;
/** More than any site of the lab has files, or as many as the worker may have descriptors for: beyond them it answers 500. */
const MOST_CACHED = Math.max(1000, Math.min(50_000, descriptorLimit() - BESIDE));
const CACHED = `open_file_cache max=${MOST_CACHED} inactive=60s;
  open_file_cache_valid 60s;
  open_file_cache_min_uses 1;`;
const UNCACHED = 'open_file_cache off;';

/**
 * One worker if no more are asked for, the access log buffered. sendfile is the setting for large files. For small ones it may be cheaper to read
 * into the buffer of the head, so there is a peer of each; and one of each with its descriptors cached, and without.
 * `nginx-kept` keeps its connections to an application of FastCGI.
 */
export const NGINX: readonly Peer[] = [
  make('nginx', SENDFILE, CACHED),
  make('nginx-pread', PREAD, CACHED),
  make('nginx-uncached', SENDFILE, UNCACHED),
  make('nginx-pread-uncached', PREAD, UNCACHED),
  make('nginx-kept', SENDFILE, CACHED, true),
];

function make(name: string, sending: string, cache: string, keeps = false): Peer {
  return {
    name,
    logs: true,
    stores: 'PUT',
    missing: () => (program === '' ? 'nginx is not installed' : ''),
    version: () => [program, '-v'],
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
      const path = join(folder, 'nginx.conf');
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((kind) => `  ${kind}_temp_path ${join(folder, kind)};`)
        .join('\n');
      const text = `daemon off;
worker_processes ${workers};
worker_rlimit_nofile 65536;
pid ${join(folder, 'nginx.pid')};
error_log ${join(folder, 'error.log')} warn;
events { worker_connections 16384; }
http {
${temporary}
  types { text/html html; }
  ${sending}
  server_names_hash_max_size 65536;
  keepalive_requests 1000000000;
  keepalive_timeout 65;
  ${cache}
  access_log ${join(folder, 'access.log')} combined buffer=64k flush=1s;
${pools === undefined ? '' : upstream(socketOf(pools, name), keeps)}  server {
    listen 127.0.0.1:${port} backlog=4096${tls === undefined ? '' : ' ssl http2'};
${secure(tls)}    root ${root};
${siblings ? '    gzip_static on;\n' : ''}${extra(role, folder)}${pools === undefined ? '' : application(keeps)}${repeated(locations, location)}  }
${repeated(servers, (number) => host(number, port, root))}}
`;
      return { command: [program, '-e', join(folder, 'error.log'), '-c', path], config: { path, text } };
    },
  };
}

/** Sessions are resumed by tickets, as webserv's are, and by a cache. */
function secure(tls: Certified | undefined): string {
  if (tls === undefined) return '';
  return `    ssl_certificate ${tls.certificate};
    ssl_certificate_key ${tls.key};
    ssl_protocols TLSv1.2 TLSv1.3;
    ssl_conf_command Ciphersuites ${TLS_SUITE};
    ssl_session_cache shared:tls:10m;
    http2_max_concurrent_streams 128;
`;
}

function location(number: number): string {
  return `    location /${number}/ { }\n`;
}

function host(number: number, port: number, root: string): string {
  return `  server {
    listen 127.0.0.1:${port};
    server_name host-${number}.example;
    root ${root};
    access_log off;
  }
`;
}

/** nginx offers each process a kept connection, and no more: what it keeps waits in the backlog otherwise. */
function upstream(socket: string, keeps: boolean): string {
  const kept = keeps ? ` keepalive ${POOL_SIZE}; keepalive_requests 1000000000;` : '';
  return `  upstream pool { server unix:${socket};${kept} }\n`;
}

/** The variables that Debian's `fastcgi_params` and webserv give to a script. */
function application(keeps: boolean): string {
  const params = VARIABLES.map(([name, value]) => `      fastcgi_param ${name} ${value};`).join('\n');
  return `    location ~ \\.php$ {
      fastcgi_pass pool;
${keeps ? '      fastcgi_keep_conn on;\n' : ''}${params}
    }
`;
}

const VARIABLES: readonly (readonly [string, string])[] = [
  ['SCRIPT_FILENAME', '$document_root$fastcgi_script_name'],
  ['QUERY_STRING', '$query_string'],
  ['REQUEST_METHOD', '$request_method'],
  ['CONTENT_TYPE', '$content_type'],
  ['CONTENT_LENGTH', '$content_length'],
  ['SCRIPT_NAME', '$fastcgi_script_name'],
  ['REQUEST_URI', '$request_uri'],
  ['DOCUMENT_URI', '$document_uri'],
  ['DOCUMENT_ROOT', '$document_root'],
  ['SERVER_PROTOCOL', '$server_protocol'],
  ['REQUEST_SCHEME', '$scheme'],
  ['HTTPS', '$https if_not_empty'],
  ['GATEWAY_INTERFACE', 'CGI/1.1'],
  ['SERVER_SOFTWARE', 'nginx/$nginx_version'],
  ['REMOTE_ADDR', '$remote_addr'],
  ['REMOTE_PORT', '$remote_port'],
  ['SERVER_ADDR', '$server_addr'],
  ['SERVER_PORT', '$server_port'],
  ['SERVER_NAME', '$server_name'],
  ['REDIRECT_STATUS', '200'],
];

/** nginx writes the body beside its place and renames it, as webserv does. A buffer of 1m saves half of the calls. */
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
