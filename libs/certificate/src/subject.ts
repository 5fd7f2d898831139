import { contextTag, element, objectIdentifier, sequence, Tag, utf8String } from './der/write.ts';
import { ipOctets } from './ip-octets.ts';

const COMMON_NAME = '2.5.4.3';
/** The longest common name (RFC 5280, appendix A.1: ub-common-name). */
const COMMON_NAME_MAX = 64;
const DNS_NAME = 2;
const IP_ADDRESS = 7;

/** A Name with one common name; empty where the name is longer than a common name may be. */
export function distinguishedName(name: string): Buffer {
  if (name.length > COMMON_NAME_MAX) return sequence();
  const attribute = sequence(objectIdentifier(COMMON_NAME), utf8String(name));
  return sequence(element(Tag.SET, attribute));
}

/** GeneralNames (RFC 5280, section 4.2.1.6). @param names DNS names in ASCII, or IP addresses */
export function generalNames(names: readonly string[]): Buffer {
  return sequence(
    ...names.map((name) => {
      const octets = ipOctets(name);
      return octets === null
        ? element(contextTag(DNS_NAME, false), Buffer.from(name, 'latin1'))
        : element(contextTag(IP_ADDRESS, false), octets);
    }),
  );
}

/** @throws Error if there is none, or one has characters that no name of a host has */
export function checkNames(names: readonly string[]): void {
  if (names.length === 0) throw new Error('a certificate needs a name');
  const bad = names.find((name) => !/^(\*\.)?[a-z0-9_.:-]+$/i.test(name) || name.length > 253);
  if (bad !== undefined) {
    throw new Error(`"${bad}" cannot stand in a certificate: expected a DNS name in ASCII, or an IP address`);
  }
}
