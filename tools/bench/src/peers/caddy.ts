import { join } from 'node:path';
import { which } from '../machine/which.ts';
import type { Peer } from '../peer.ts';

const program = which('caddy');

/** Caddy on one thread of Go, with a certificate from files. */
export const caddy: Peer = {
  name: 'caddy',
  logs: true,
  missing: () => (program === '' ? 'caddy is not installed' : ''),
  version: () => [program, 'version'],
  launch({ port, root, folder, tls }) {
    const path = join(folder, 'Caddyfile');
    const scheme = tls === undefined ? 'http' : 'https';
    const text = `{
  admin off
  auto_https off
  storage file_system ${folder}
}

${scheme}://127.0.0.1:${port} {
${tls === undefined ? '' : `  tls ${tls.certificate} ${tls.key}\n`}  bind 127.0.0.1
  root * ${root}
  file_server
  log {
    output file ${join(folder, 'access.log')}
  }
}
`;
    const command = ['env', 'GOMAXPROCS=1', `HOME=${folder}`, program, 'run', '--adapter', 'caddyfile'];
    return { command: [...command, '--config', path], config: { path, text } };
  },
};
