import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { objectIdentifier, sequence } from './der/write.ts';

/** ecdsa-with-SHA256 (RFC 5758, section 3.2). */
export const SIGNATURE_ALGORITHM = sequence(objectIdentifier('1.2.840.10045.4.3.2'));

/** Makes a private key on the curve P-256, which every client knows. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/** PKCS #8 as PEM. */
export function keyPem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7). */
export function publicKeyInfo(key: KeyObject): Buffer {
  return createPublicKey(key).export({ type: 'spki', format: 'der' });
}

/** @param key of P-256 @returns the signature in DER */
export function signature(key: KeyObject, signed: Uint8Array): Buffer {
  return sign('sha256', signed, key);
}
