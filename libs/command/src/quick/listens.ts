import type { FolderAsk } from './ask.ts';
import type { Machine } from './machine.ts';

const LOOPBACK = '127.0.0.1';
/** The port of a server that is to be tried. */
export const USUAL_PORT = 8080;

/** Returns what stands behind `listen` for each address. */
export function listensOf({ host, tls }: FolderAsk, port: number, machine: Machine): string[][] {
  const hosts = host === null ? [LOOPBACK] : host === '' ? everywhere(machine, port) : [host];
  return hosts.map((each) => [`${bracketed(each)}:${port}`, ...(tls ? ['tls'] : [])]);
}

/** Where the system chooses the port, two sockets would get two. */
function everywhere({ ipv6 }: Machine, port: number): string[] {
  return ipv6.length === 0 || port === 0 ? ['0.0.0.0'] : ['0.0.0.0', '::'];
}

/** Returns the URLs that a person can click, with a path behind the slash, those of this machine alone first. */
export function clickable({ host, tls }: FolderAsk, port: number, machine: Machine, path = ''): Clickable {
  const url = (name: string): string => {
    const usual = port === (tls ? 443 : 80);
    return `${tls ? 'https' : 'http'}://${bracketed(name)}${usual ? '' : `:${port}`}/${path}`;
  };
  if (host === null) return { here: [url(LOOPBACK)], network: [] };
  if (host !== '')
    return isLoopback(host) ? { here: [url(host)], network: [] } : { here: [], network: [url(host)] };
  return { here: [url(LOOPBACK)], network: [...machine.ipv4, ...machine.ipv6].map(url) };
}

export interface Clickable {
  readonly here: readonly string[];
  readonly network: readonly string[];
}

/** Returns the names that a certificate for these addresses needs. */
export function namesOf({ host }: FolderAsk, machine: Machine): string[] {
  const own = ['localhost', LOOPBACK, '::1'];
  if (host === null) return own;
  const name = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(machine.name)
    ? [machine.name.toLowerCase()]
    : [];
  const addresses = host === '' ? [...machine.ipv4, ...machine.ipv6] : [host];
  return [...new Set([...own, ...name, ...addresses])];
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}

function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}
