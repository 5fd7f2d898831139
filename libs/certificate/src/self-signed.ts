import { type KeyObject, randomBytes } from 'node:crypto';
import { bitString, contextTag, element, integer, sequence, time } from './der/write.ts';
import { acmeIdentifier, endEntity, extendedKeyUsage, keyUsage, subjectAltName } from './extension.ts';
import { keyPem, newKey, publicKeyInfo, SIGNATURE_ALGORITHM, signature } from './key.ts';
import { pem } from './pem.ts';
import { checkNames, distinguishedName } from './subject.ts';

const DAY_MS = 86_400_000;
/** A certificate is valid from this much before its making: clocks differ. */
const SKEW_MS = 3_600_000;

/** A certificate with its private key, both as PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

export interface SelfSignedOptions {
  /** DNS names in ASCII (`*.` at the front is allowed), or IP addresses. At least one. */
  readonly names: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** How long it is valid. */
  readonly days: number;
}

/**
 * Makes a key and a certificate that it signs itself, for development and for the time until an authority has signed one.
 * @throws Error if a name cannot stand in a certificate
 */
export function selfSigned({ names, now, days }: SelfSignedOptions): SelfSigned {
  const key = newKey();
  const extensions = [endEntity(), keyUsage(), extendedKeyUsage()];
  return { certificate: signed(key, names, now, days, extensions), key: keyPem(key) };
}

/**
 * Makes the certificate that answers a challenge by TLS-ALPN-01 (RFC 8737, section 3). It says nothing to other clients.
 * @param keyAuthorization as RFC 8555, section 8.1, makes it
 */
export function challengeCertificate(name: string, keyAuthorization: string, now: number): SelfSigned {
  const key = newKey();
  const certificate = signed(key, [name], now, 7, [endEntity(), acmeIdentifier(keyAuthorization)]);
  return { certificate, key: keyPem(key) };
}

function signed(
  key: KeyObject,
  names: readonly string[],
  now: number,
  days: number,
  extensions: readonly Buffer[],
): string {
  checkNames(names);
  const [first = ''] = names;
  const name = distinguishedName(first);
  const body = sequence(
    element(contextTag(0, true), integer(Buffer.from([2]))),
    integer(serialNumber()),
    SIGNATURE_ALGORITHM,
    name,
    sequence(time(now - SKEW_MS), time(now + days * DAY_MS)),
    name,
    publicKeyInfo(key),
    element(contextTag(3, true), sequence(subjectAltName(names), ...extensions)),
  );
  return pem('CERTIFICATE', sequence(body, SIGNATURE_ALGORITHM, bitString(signature(key, body))));
}

/** Positive, and of at most 20 octets (RFC 5280, section 4.1.2.2). */
function serialNumber(): Buffer {
  const octets = randomBytes(16);
  octets[0] = ((octets[0] ?? 0) & 0x7f) | 0x40;
  return octets;
}
