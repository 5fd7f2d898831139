import { inForce, type Location, type Origin, type Position, type Server } from '@webserv/config';
import type { Site } from '@webserv/connection';
import type { ChosenAddress } from './chosen-address.ts';
import { alsoHolding, lookingLike, nameOfLocation, whyLocation } from './chosen-location.ts';
import { nameOf, whyServer } from './chosen-server.ts';
import type { Explanation } from './explanation.ts';

/** Directives that other parts of the explanation show. */
const ELSEWHERE: ReadonlySet<string> = new Set(['listen', 'server_name']);

/**
 * @param host as the request names it
 * @param tls what the handshake comes to; '' without TLS
 */
export function serverPart(
  { address, reason }: ChosenAddress,
  server: Server,
  host: string,
  tls: string,
): Explanation['server'] {
  const { listen, servers } = address;
  return {
    listen: `${listen.text}${listen.tls ? ' tls' : ''}${listen.h2c ? ' h2c' : ''}`,
    address: reason,
    tls,
    name: nameOf(server),
    at: placeOf(server.at),
    reason: whyServer(server, servers, host),
    others: servers.filter((each) => each !== server).map(nameOf),
  };
}

/** @param path of the request; what cannot be read has none */
export function locationPart(site: Site, location: Location, path: string): Explanation['location'] {
  const { server } = site;
  const counts = path.startsWith('/') && site.locate(path) === location;
  const others = counts ? alsoHolding(server, location, path) : [];
  return {
    path: nameOfLocation(location),
    at: placeOf(location.at),
    reason: counts ? whyLocation(location) : 'the request is refused before its path counts',
    others: others.map(nameOfLocation),
    near: counts ? lookingLike(server, [location, ...others], path) : [],
  };
}

/** What was written for a location, by itself and by the blocks around it. */
export function directivesOf(server: Server, location: Location): Explanation['directives'] {
  return inForce(server, location)
    .filter(({ name, origin }) => !ELSEWHERE.has(name) && origin.level !== 'default')
    .map(({ text, origin }) => ({ text, level: origin.level, at: originOf(origin) }));
}

function originOf({ at }: Origin): string {
  return at === null ? '' : placeOf(at);
}

function placeOf({ file, line }: Position): string {
  return `${file}:${line}`;
}
