import { generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { bits, boolean, der, integer, nothing, octets, oid, sequence, set, time, utf8 } from './der.ts';

/** What a certificate says. */
export interface CertificateWish {
  readonly name: string;
  readonly names?: readonly string[];
  readonly kind?: 'ecdsa' | 'rsa';
  /** It may vouch for others. */
  readonly authority?: boolean;
  /** Who vouches for it; itself unless said. */
  readonly issuer?: MadeCertificate;
  readonly from?: Date;
  readonly to?: Date;
}

/** A certificate that a test has made. */
export interface MadeCertificate {
  readonly certificate: string;
  readonly key: string;
  readonly name: string;
  readonly privateKey: KeyObject;
}

const YEAR_MS = 365 * 86_400_000;
const SIGNATURES = { ec: '1.2.840.10045.4.3.2', rsa: '1.2.840.113549.1.1.11' } as const;

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join('\n')}\n-----END ${label}-----\n`;
}

const nameOf = (name: string): Buffer => sequence(set(sequence(oid('2.5.4.3'), utf8(name))));

/** Makes a certificate (RFC 5280). */
export function makeCertificate(wish: CertificateWish): MadeCertificate {
  const { publicKey, privateKey } =
    wish.kind === 'rsa'
      ? generateKeyPairSync('rsa', { modulusLength: 2048 })
      : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer = wish.issuer?.privateKey ?? privateKey;
  const algorithm =
    signer.asymmetricKeyType === 'rsa'
      ? sequence(oid(SIGNATURES.rsa), nothing())
      : sequence(oid(SIGNATURES.ec));
  const now = Date.now();
  const extensions = [
    sequence(
      oid('2.5.29.17'),
      octets(sequence(...(wish.names ?? [wish.name]).map((name) => der(0x82, Buffer.from(name))))),
    ),
    sequence(oid('2.5.29.19'), boolean(true), octets(wish.authority ? sequence(boolean(true)) : sequence())),
  ];
  const body = sequence(
    der(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    nameOf(wish.issuer?.name ?? wish.name),
    sequence(time(wish.from ?? new Date(now - YEAR_MS)), time(wish.to ?? new Date(now + YEAR_MS))),
    nameOf(wish.name),
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(...extensions)),
  );
  const signature = sign('sha256', body, signer);
  return {
    certificate: pem('CERTIFICATE', sequence(body, algorithm, bits(signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    name: wish.name,
    privateKey,
  };
}
