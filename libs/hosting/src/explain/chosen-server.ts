import type { Server } from '@webserv/config';

/** Says by what a server was chosen among those of its address. */
export function whyServer(server: Server, servers: readonly Server[], host: string): string {
  if (servers.length === 1) return 'the only server of this address';
  const name = matching(server, host.toLowerCase().replace(/\.$/, ''));
  if (name !== '') return `Host ${host} is its server_name ${name}`;
  return host === ''
    ? 'the first server of this address, since the request names no host'
    : `the first server of this address: no server_name is ${host}`;
}

function matching({ names }: Server, host: string): string {
  const exact = names.find((name) => name.toLowerCase() === host);
  if (exact !== undefined) return exact;
  const wild = names.filter((name) => name.startsWith('*.') && host.endsWith(name.slice(1).toLowerCase()));
  return wild.sort((one, other) => other.length - one.length)[0] ?? '';
}

/** How people call a server. */
export function nameOf({ names, listens }: Server): string {
  return names[0] ?? listens[0]?.text ?? '';
}
