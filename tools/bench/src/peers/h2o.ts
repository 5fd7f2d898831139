import { join } from 'node:path';
import { which } from '../machine/which.ts';
import type { Peer } from '../peer.ts';

const program = which('h2o');

export const h2o: Peer = {
  name: 'h2o',
  logs: true,
  missing: () => (program === '' ? 'h2o is not installed' : ''),
  version: () => [program, '--version'],
  launch({ port, root, folder, tls }) {
    const path = join(folder, 'h2o.conf');
    // No pid-file: h2o opens it after it has dropped root's rights.
    const text = `listen:
  host: 127.0.0.1
  port: ${port}${tls === undefined ? '' : `\n  ssl:\n    certificate-file: ${tls.certificate}\n    key-file: ${tls.key}`}
num-threads: 1
max-connections: 16384
http1-request-timeout: 65
error-log: ${join(folder, 'error.log')}
access-log: ${join(folder, 'access.log')}
hosts:
  default:
    paths:
      /:
        file.dir: ${root}
`;
    return { command: [program, '-m', 'worker', '-c', path], config: { path, text } };
  },
};
