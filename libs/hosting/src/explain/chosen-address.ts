import { type Address, addressesOf, type Config, formatIp, HostMatcher, parseIp } from '@webserv/config';
import type { Asked } from './asked.ts';

/** The address that a client reaches, and why it is this one. */
export interface ChosenAddress {
  readonly address: Address;
  readonly reason: string;
}

/** @returns the address that a request comes to, or why there is none */
export function chosenAddress(config: Config, { place }: Asked): ChosenAddress | string {
  const addresses = addressesOf(config);
  const [first] = addresses;
  if (place === null) {
    return first === undefined
      ? 'this configuration has no server'
      : { address: first, reason: 'the first address of the configuration, since the request names none' };
  }
  const { secure, host, port } = place;
  const atPort = addresses.filter(({ listen }) => listen.family !== 'unix' && listen.port === port);
  const reached = atPort.filter((address) => mayReach(address, host));
  const speaks = reached.filter(({ listen }) => listen.tls === secure);
  const [best] = speaks.sort((one, other) => rankOf(other, host) - rankOf(one, host));
  if (best === undefined) return whyNone(config, addresses, reached.length > 0, place);
  const others = speaks.filter((each) => each !== best).map(({ listen }) => listen.text);
  const reason =
    others.length === 0
      ? `nothing else of the configuration has port ${port}`
      : `before ${others.join(', ')}: ${whyBest(best, host)}`;
  return { address: best, reason };
}

/** A client that names an address comes to that one, or to one that takes all of its family. A name may mean any. */
function mayReach({ listen }: Address, host: string): boolean {
  const ip = parseIp(host);
  if (ip === null) return true;
  if (isAny(listen.host)) return listen.family === 'ipv6' || !host.includes(':');
  const own = parseIp(listen.host);
  return own !== null && formatIp(own) === formatIp(ip);
}

function isAny(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

function namesHost({ servers }: Address, host: string): boolean {
  const none = servers.every(({ names }) => names.length === 0);
  const found = new HostMatcher(servers).server(host);
  return !none && (found !== servers[0] || found.names.some((name) => name.toLowerCase() === host));
}

/** The system prefers an address to all; a name prefers an address with a server of that name. */
function rankOf(address: Address, host: string): number {
  const { listen } = address;
  const exact = parseIp(host) !== null && !isAny(listen.host) ? 4 : 0;
  return exact + (namesHost(address, host) ? 2 : 0) + (isAny(listen.host) ? 1 : 0);
}

function whyBest(address: Address, host: string): string {
  if (parseIp(host) !== null && !isAny(address.listen.host)) return `it is ${host} itself`;
  if (namesHost(address, host)) return `a server there is named ${host}`;
  return isAny(address.listen.host)
    ? 'it takes every address of the machine'
    : `${host} could mean each of them, and it is the first`;
}

function whyNone(
  { admin }: Config,
  addresses: readonly Address[],
  reached: boolean,
  { secure, host, port }: NonNullable<Asked['place']>,
): string {
  if (reached) {
    return secure
      ? `port ${port} speaks no TLS: ask for http://, or write "listen ${port} tls;"`
      : `port ${port} speaks TLS alone: ask for https://`;
  }
  if (admin !== null && admin.listen.port === port && admin.listen.family !== 'unix')
    return `port ${port} is the admin address, which answers by no location`;
  const listens = addresses.map(({ listen }) => listen.text).join(', ');
  return `nothing listens on ${host} port ${port}: the configuration listens on ${listens}`;
}
