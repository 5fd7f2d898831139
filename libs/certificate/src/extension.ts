import { createHash } from 'node:crypto';
import { bitString, boolean, objectIdentifier, octetString, sequence } from './der/write.ts';
import { generalNames } from './subject.ts';

/** One Extension of a certificate (RFC 5280, section 4.1.2.9). */
function extension(id: string, critical: boolean, value: Buffer): Buffer {
  return sequence(objectIdentifier(id), ...(critical ? [boolean(true)] : []), octetString(value));
}

export function subjectAltName(names: readonly string[]): Buffer {
  return extension('2.5.29.17', false, generalNames(names));
}

/** Not the certificate of an authority. */
export function endEntity(): Buffer {
  return extension('2.5.29.19', true, sequence());
}

/** digitalSignature, which is all that a server's key of TLS 1.3 and of ECDHE does. */
export function keyUsage(): Buffer {
  return extension('2.5.29.15', true, bitString(Buffer.from([0x80]), 7));
}

/** serverAuth. */
export function extendedKeyUsage(): Buffer {
  return extension('2.5.29.37', false, sequence(objectIdentifier('1.3.6.1.5.5.7.3.1')));
}

/** The answer to a challenge by TLS-ALPN-01 (RFC 8737, section 3): the digest of the key authorization, critical. */
export function acmeIdentifier(keyAuthorization: string): Buffer {
  const digest = createHash('sha256').update(keyAuthorization).digest();
  return extension('1.3.6.1.5.5.7.1.31', true, octetString(digest));
}
