import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Options } from '../options.ts';
import type { Peer } from '../peer.ts';
import { which } from '../which.ts';
import { h2o } from './h2o.ts';
import { lighttpd } from './lighttpd.ts';
import { nginx, nginxPread } from './nginx.ts';
import { script } from './script.ts';
import { webserv } from './webserv.ts';

/** The peers that `options` names, in its order; a name that nobody has is an error of the command line. */
export function choosePeers(options: Options, servers: string): readonly Peer[] | { readonly error: string } {
  const bun = which('bun');
  const noBun = () => (bun === '' ? 'bun is not installed (BENCH_BUN may name it)' : '');
  const { BENCH_MODULES: modules = 'node_modules' } = process.env;
  const noSirv = () =>
    existsSync(join(modules, 'sirv')) ? '' : `no sirv in ${modules} (BENCH_MODULES may name it)`;
  const known: readonly Peer[] = [
    nginx,
    nginxPread,
    lighttpd,
    h2o,
    script('bun-memory', bun, servers, noBun),
    script('bun-file', bun, servers, noBun),
    script('node-http', process.execPath, servers, () => ''),
    script('sirv', process.execPath, servers, noSirv, { BENCH_MODULES: modules }),
  ];
  const chosen: Peer[] = [];
  for (const name of options.peers) {
    const [first, driver = 'auto'] = name.split(':');
    const peer =
      first === 'webserv' ? webserv(name, options.webserv, driver) : known.find((one) => one.name === name);
    if (peer === undefined) {
      return { error: `no peer '${name}'; there are webserv, ${known.map((one) => one.name).join(', ')}` };
    }
    chosen.push(peer);
  }
  return chosen;
}
