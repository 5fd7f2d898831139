import { X509Certificate } from 'node:crypto';
import { readElement, readElements } from './der/read.ts';
import { contextTag, objectIdentifier, Tag } from './der/write.ts';

const EXTENSIONS = contextTag(3, true);
const KEY_IDENTIFIER = contextTag(0, false);
const AUTHORITY_KEY_IDENTIFIER = objectIdentifier('2.5.29.35');

/** What the keeper of a certificate must know of it. Times are milliseconds since 1970. */
export interface Issued {
  /** DNS names and IP addresses that it covers, in lower case. */
  readonly names: readonly string[];
  readonly notBefore: number;
  readonly notAfter: number;
  /** It is signed by its own key: no authority has issued it. */
  readonly selfSigned: boolean;
  /** How its authority names it to who asks when to renew it (RFC 9773, section 4.1); '' where it names no authority's key. */
  readonly renewalId: string;
}

/** Reads the first certificate of a PEM text. @throws Error if there is none */
export function readIssued(text: string): Issued {
  const certificate = new X509Certificate(text);
  const names = (certificate.subjectAltName ?? '').split(', ').map((entry) => {
    const [kind, ...rest] = entry.split(':');
    return kind === 'DNS' || kind === 'IP Address' ? rest.join(':').toLowerCase() : '';
  });
  return {
    names: names.filter((name) => name !== ''),
    notBefore: Date.parse(certificate.validFrom),
    notAfter: Date.parse(certificate.validTo),
    selfSigned: certificate.subject === certificate.issuer && certificate.verify(certificate.publicKey),
    renewalId: renewalId(certificate),
  };
}

function renewalId(certificate: X509Certificate): string {
  const body = readElements(readElement(certificate.raw).contents)[0];
  const fields = readElements(body?.contents ?? Buffer.alloc(0));
  const serial = fields.find(({ tag }) => tag === Tag.INTEGER);
  const identifier = authorityKey(fields.find(({ tag }) => tag === EXTENSIONS)?.contents);
  if (serial === undefined || identifier === null) return '';
  return `${identifier.toString('base64url')}.${serial.contents.toString('base64url')}`;
}

function authorityKey(extensions: Buffer | undefined): Buffer | null {
  if (extensions === undefined) return null;
  for (const { contents } of readElements(readElement(extensions).contents)) {
    if (!contents.subarray(0, AUTHORITY_KEY_IDENTIFIER.length).equals(AUTHORITY_KEY_IDENTIFIER)) continue;
    const value = readElements(contents).find(({ tag }) => tag === Tag.OCTET_STRING);
    if (value === undefined) return null;
    const fields = readElements(readElement(value.contents).contents);
    return fields.find(({ tag }) => tag === KEY_IDENTIFIER)?.contents ?? null;
  }
  return null;
}
