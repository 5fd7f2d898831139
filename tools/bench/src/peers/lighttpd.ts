import { join } from 'node:path';
import { which } from '../machine/which.ts';
import type { Peer } from '../peer.ts';

const program = which('lighttpd');

export const lighttpd: Peer = {
  name: 'lighttpd',
  logs: true,
  missing: () => (program === '' ? 'lighttpd is not installed' : ''),
  version: () => [program, '-v'],
  launch({ port, root, folder, role }) {
    const path = join(folder, 'lighttpd.conf');
    // lighttpd cannot count more than 65535 requests a connection.
    const text = `server.modules = ( "mod_accesslog"${role === 'scripts' ? ', "mod_cgi"' : ''} )
server.bind = "127.0.0.1"
server.port = ${port}
server.document-root = "${root}"
server.errorlog = "${join(folder, 'error.log')}"
accesslog.filename = "${join(folder, 'access.log')}"
mimetype.assign = ( ".html" => "text/html" )
server.max-fds = 32768
server.max-connections = 16384
server.max-keep-alive-requests = 65535
server.max-keep-alive-idle = 65
server.listen-backlog = 4096
${role === 'scripts' ? 'cgi.assign = ( ".sh" => "/bin/sh" )\n' : ''}`;
    return { command: [program, '-D', '-f', path], config: { path, text } };
  },
};
