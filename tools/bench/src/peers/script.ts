import { join } from 'node:path';
import type { Peer } from '../peer.ts';

/** A server that is a script of the lab: `PROGRAM servers/NAME.js PORT FILE [CERTIFICATE KEY]`. It writes no access log. */
export function script(
  name: string,
  program: string,
  servers: string,
  missing: () => string,
  env: Readonly<Record<string, string>> = {},
): Peer {
  const set = Object.entries(env).map(([key, value]) => `${key}=${value}`);
  const run = set.length === 0 ? [program] : ['env', ...set, program];
  return {
    name,
    logs: false,
    missing,
    version: () => [program, '--version'],
    launch: ({ port, root, file, tls }) => ({
      command: [
        ...run,
        join(servers, `${name}.js`),
        String(port),
        join(root, file),
        ...(tls === undefined ? [] : [tls.certificate, tls.key]),
      ],
    }),
  };
}
