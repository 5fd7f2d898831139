import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { which } from '../machine/which.ts';
import type { Peer } from '../peer.ts';
import { caddy } from './caddy.ts';
import { floors } from './floor.ts';
import { h2o } from './h2o.ts';
import { lighttpd } from './lighttpd.ts';
import { NGINX } from './nginx.ts';
import { packagedBun, peerModules } from './packages.ts';
import { script } from './script.ts';
import { webserv } from './webserv.ts';

/** Which peers, and how ours is started. */
interface Choice {
  readonly peers: readonly string[];
  readonly webserv: readonly string[];
  readonly before: readonly string[];
}

const OURS = /^(webserv|before)(?:-(quiet|uncached|fields|ruled))?(?::(\w+))?$/;

/** The named peers in their order. An unknown name is an error of the command line. */
export function choosePeers(
  { peers, webserv: command, before }: Choice,
  programs: string,
): readonly Peer[] | { readonly error: string } {
  const known = peersOf(programs);
  const chosen: Peer[] = [];
  for (const name of peers) {
    const peer = ours(name, command, before) ?? known.find((one) => one.name === name);
    if (peer === undefined) {
      return { error: `no peer '${name}'; there are webserv, ${known.map((one) => one.name).join(', ')}` };
    }
    chosen.push(peer);
  }
  return chosen;
}

/** `webserv` alone or in a variant, such as `webserv-quiet` without its access log; each with `:DRIVER`; and the build before. */
function ours(name: string, command: readonly string[], before: readonly string[]): Peer | undefined {
  const [, build, variant, driver = 'auto'] = OURS.exec(name) ?? [];
  if (build === undefined) return undefined;
  const uncached = variant === 'uncached' ? { cache: '0' } : {};
  const flavour = {
    driver,
    quiet: variant === 'quiet',
    fields: variant === 'fields',
    ruled: variant === 'ruled',
    ...uncached,
  };
  return webserv(name, build === 'before' ? before : command, flavour);
}

/** @param programs the folder of what the bundler has made of this tool */
function peersOf(programs: string): readonly Peer[] {
  const servers = join(programs, 'servers');
  const modules = peerModules();
  const bun = which('bun') || packagedBun();
  const noBun = () => (existsSync(bun) ? '' : 'bun is not installed (see the pass `peers`)');
  const noSirv = () =>
    existsSync(join(modules, 'sirv')) ? '' : 'sirv is not installed (see the pass `peers`)';
  return [
    ...NGINX,
    lighttpd,
    h2o,
    caddy,
    script('bun-memory', bun, servers, noBun),
    script('bun-file', bun, servers, noBun),
    script('node-http', process.execPath, servers, () => ''),
    script('node-https', process.execPath, servers, () => ''),
    script('node-http2', process.execPath, servers, () => ''),
    script('sirv', process.execPath, servers, noSirv, { BENCH_MODULES: modules }),
    ...floors(join(programs, '..', 'floor')),
  ];
}
