import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { CertificateFacts, CertificateFault } from './certificate-facts.ts';

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[\s\S]*?-----END \1-----/g;
const DAY = 86_400_000;
/** OpenSSL's security level 1 and all browsers refuse less. */
const LEAST_RSA_BITS = 2048;

/** Reads the files of a certificate, as they are now. */
export function readCertificate(chainPath: string, keyPath: string): CertificateFacts {
  const faults: CertificateFault[] = [];
  const fault = (part: CertificateFault['part'], message: string, expected: string): void => {
    faults.push({ part, message, expected });
  };
  const chain = readChain(chainPath, fault);
  const key = readKey(keyPath, fault);
  const [leaf] = chain;
  const signs = key === null ? '' : key.asymmetricKeyType?.startsWith('rsa') ? 'RSA' : 'ECDSA';
  if (leaf === undefined) return { faults, signs, names: [], daysSinceStart: 0, daysLeft: 0 };
  if (key !== null) checkKey(chain, key, fault);
  checkOrder(chain, fault);
  const now = Date.now();
  return {
    faults,
    signs,
    names: namesOf(leaf),
    daysSinceStart: (now - Date.parse(leaf.validFrom)) / DAY,
    daysLeft: (Date.parse(leaf.validTo) - now) / DAY,
  };
}

/** Says why a file cannot say who vouches for clients; '' if it can. */
export function authoritiesFault(path: string): string {
  let fault = '';
  readChain(path, (_part, message) => {
    fault = message;
  });
  return fault;
}

type Fault = (part: CertificateFault['part'], message: string, expected: string) => void;

/** Returns the text of a file, or '' if it cannot be read: another check reports that. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

function readChain(path: string, fault: Fault): X509Certificate[] {
  const blocks = [...textOf(path).matchAll(BLOCK)];
  const certificates = blocks.filter(
    ([, label]) => label === 'CERTIFICATE' || label === 'TRUSTED CERTIFICATE',
  );
  if (certificates.length === 0) {
    const isKey = blocks.some(([, label]) => label?.endsWith('PRIVATE KEY'));
    const message = isKey
      ? 'this file holds a private key, and no certificate'
      : 'this file holds no certificate';
    fault('chain', message, isKey ? 'the chain first, and then the key' : '-----BEGIN CERTIFICATE-----');
    return [];
  }
  const chain: X509Certificate[] = [];
  for (const [index, [text]] of certificates.entries()) {
    try {
      chain.push(new X509Certificate(text));
    } catch {
      fault('chain', `certificate ${index + 1} of this file cannot be read`, 'certificates as PEM');
      return [];
    }
  }
  return chain;
}

function readKey(path: string, fault: Fault): KeyObject | null {
  const text = textOf(path);
  const labels = [...text.matchAll(BLOCK)].map(([, label]) => label ?? '');
  if (!labels.some((label) => label.endsWith('PRIVATE KEY'))) {
    const message = labels.includes('CERTIFICATE')
      ? 'this file holds a certificate, and no private key'
      : 'this file holds no private key';
    fault('key', message, '-----BEGIN PRIVATE KEY-----');
    return null;
  }
  try {
    return createPrivateKey(text);
  } catch {
    const locked = text.includes('ENCRYPTED');
    const message = locked
      ? 'this key is encrypted, and nobody is there to unlock it'
      : 'this key cannot be read';
    fault(
      'key',
      message,
      locked ? 'a key without a password, in a file that only the server can read' : 'a private key as PEM',
    );
    return null;
  }
}

function checkKey(chain: readonly X509Certificate[], key: KeyObject, fault: Fault): void {
  const at = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  if (at < 0) {
    fault('key', 'this key does not fit the certificate', 'the key that the certificate was made for');
  } else if (at > 0) {
    fault('chain', `the key fits certificate ${at + 1} of this file, and not the first`, 'that one first');
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS;
  if (bits < LEAST_RSA_BITS) {
    fault(
      'key',
      `an RSA key of ${bits} bits is too short: clients refuse it`,
      'at least 2048 bits, or an ECDSA key',
    );
  }
}

/** Each certificate is issued by the next one (RFC 5246, section 7.4.2). */
function checkOrder(chain: readonly X509Certificate[], fault: Fault): void {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index + 1];
    if (issuer === undefined || certificate.checkIssued(issuer)) continue;
    fault(
      'chain',
      `certificate ${index + 2} of this file has not issued certificate ${index + 1}`,
      'the certificate of the server first, and behind each the one of its issuer',
    );
    return;
  }
}

function namesOf(leaf: X509Certificate): string[] {
  const names: string[] = [];
  for (const entry of (leaf.subjectAltName ?? '').split(', ')) {
    if (entry.startsWith('DNS:')) names.push(entry.slice(4));
    else if (entry.startsWith('IP Address:')) names.push(entry.slice(11));
  }
  return names;
}
