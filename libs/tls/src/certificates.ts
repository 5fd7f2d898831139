import type { OpenSsl } from '@webserv/event-loop/openssl';
import { CTRL } from './constants.ts';
import type { Passage } from './passage.ts';
import { TlsError, type TlsPart } from './tls-error.ts';

/** A certificate and what proves that it is ours, as texts in PEM. */
export interface Certificate {
  /** The certificate of the server, then each that vouches for the one before it. */
  readonly chain: string;
  readonly key: string;
}

const CERTIFICATE = '-----BEGIN CERTIFICATE-----';
const ENCRYPTED = /-----BEGIN ENCRYPTED PRIVATE KEY-----|^Proc-Type: 4,ENCRYPTED/m;
const KEY = /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/;

/** Gives a context a certificate with its key. One of each kind of key (ECDSA, RSA) has room. @throws TlsError */
export function useCertificate(
  passage: Passage,
  ctx: number,
  { chain, key }: Certificate,
  index: number,
): void {
  const { openssl } = passage;
  const fail = (part: TlsPart, message: string): never => {
    throw new TlsError(part, message, index);
  };
  const certificates = readCertificates(passage, chain, (message) => fail('chain', message));
  let privateKey = 0;
  try {
    privateKey = readKey(passage, key, (message) => fail('key', message));
    openssl.ERR_clear_error();
    if (openssl.X509_check_private_key(certificates[0], privateKey) !== 1) {
      openssl.ERR_clear_error();
      fail('key', 'the key does not belong to the first certificate of the chain');
    }
    if (openssl.SSL_CTX_use_certificate(ctx, certificates[0]) !== 1)
      fail('chain', `OpenSSL refuses the certificate: ${passage.takeError()}`);
    if (openssl.SSL_CTX_use_PrivateKey(ctx, privateKey) !== 1)
      fail('key', `OpenSSL refuses the key: ${passage.takeError()}`);
    for (const certificate of certificates.slice(1)) {
      // CHAIN_CERT with 1: OpenSSL takes a reference of its own.
      if (openssl.SSL_CTX_ctrl(ctx, CTRL.CHAIN_CERT, 1, certificate) !== 1)
        fail('chain', `OpenSSL refuses a certificate of the chain: ${passage.takeError()}`);
    }
  } finally {
    for (const certificate of certificates) openssl.X509_free(certificate);
    if (privateKey !== 0) openssl.EVP_PKEY_free(privateKey);
  }
}

/**
 * Reads all certificates of a text. The caller frees them.
 * @param fail throws the error that it makes of a message
 */
export function readCertificates(passage: Passage, text: string, fail: (message: string) => never): number[] {
  const { openssl } = passage;
  if (!text.includes(CERTIFICATE)) fail(`no certificate in PEM: expected a line ${CERTIFICATE}`);
  const certificates: number[] = [];
  try {
    // Text between the certificates is allowed, so each is read by itself.
    for (const [index, part] of text.split(CERTIFICATE).slice(1).entries()) {
      const certificate = fromText(openssl, CERTIFICATE + part, (bio) =>
        openssl.PEM_read_bio_X509(bio, 0, 0, ''),
      );
      if (certificate === 0) fail(`certificate ${index + 1} cannot be read: ${passage.takeError()}`);
      certificates.push(certificate);
    }
    return certificates;
  } catch (error) {
    for (const certificate of certificates) openssl.X509_free(certificate);
    throw error;
  }
}

function readKey(passage: Passage, text: string, fail: (message: string) => never): number {
  const { openssl } = passage;
  if (ENCRYPTED.test(text))
    fail('the key is encrypted, and nobody is there to type its password: decrypt it with `openssl pkey`');
  if (!KEY.test(text)) fail('no private key in PEM: expected a line -----BEGIN PRIVATE KEY-----');
  // The empty password keeps OpenSSL from asking on the terminal.
  const key = fromText(openssl, text, (bio) => openssl.PEM_read_bio_PrivateKey(bio, 0, 0, ''));
  if (key === 0) fail(`the key cannot be read: ${passage.takeError()}`);
  return key;
}

function fromText(openssl: OpenSsl, text: string, read: (bio: number) => number): number {
  const bytes = Buffer.from(text);
  const memory = openssl.allocate(bytes.length);
  memory.bytes.set(bytes);
  openssl.ERR_clear_error();
  const bio = openssl.BIO_new_mem_buf(memory.address, memory.size);
  try {
    return read(bio);
  } finally {
    openssl.BIO_free(bio);
    // It may have been a key.
    memory.bytes.fill(0);
    bytes.fill(0);
  }
}
