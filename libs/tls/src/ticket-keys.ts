import type { Memory } from '@webserv/event-loop';
import type { OpenSsl } from '@webserv/event-loop/openssl';
import { TICKET } from './constants.ts';
import { TlsError } from './tls-error.ts';

/** A key as nginx and others keep it in files: a name, a key of HMAC-SHA256, a key of AES-256. */
const NAME = 16;
const HMAC = 32;
const AES = 32;
const SIZE = NAME + HMAC + AES;

/** struct ossl_param_st (params.h): key, data_type, data, data_size, return_size. */
const PARAM = 40;
const OCTET_STRING = 5;
const UTF8_STRING = 4;
const WORDS = 'key\0digest\0SHA256\0';

/** One key in memory that OpenSSL reads: the key itself, and the parameters of its MAC behind it. */
class TicketKey {
  readonly memory: Memory;
  readonly name: Buffer;
  private readonly params: number;

  constructor(openssl: OpenSsl, key: Uint8Array) {
    this.memory = openssl.allocate(SIZE + 3 * PARAM + WORDS.length);
    const { bytes, address } = this.memory;
    bytes.fill(0);
    bytes.set(key);
    this.name = bytes.subarray(0, NAME);
    const words = SIZE + 3 * PARAM;
    bytes.write(WORDS, words, 'latin1');
    this.params = address + SIZE;
    this.write(0, address + words, OCTET_STRING, address + NAME, HMAC);
    this.write(1, address + words + 4, UTF8_STRING, address + words + 11, 6);
  }

  private write(index: number, key: number, type: number, data: number, size: number): void {
    const { bytes } = this.memory;
    const at = SIZE + index * PARAM;
    bytes.writeBigUInt64LE(BigInt(key), at);
    bytes.writeUInt32LE(type, at + 8);
    bytes.writeBigUInt64LE(BigInt(data), at + 16);
    bytes.writeBigUInt64LE(BigInt(size), at + 24);
  }

  /** Prepares OpenSSL's contexts. @returns false if OpenSSL refuses */
  prepare(openssl: OpenSsl, encrypts: boolean, cipher: number, mac: number, iv: number): boolean {
    const init = encrypts ? openssl.EVP_EncryptInit_ex : openssl.EVP_DecryptInit_ex;
    const key = this.memory.address + NAME + HMAC;
    return (
      init(cipher, cipherOf(openssl), 0, key, iv) === 1 &&
      openssl.EVP_MAC_CTX_set_params(mac, this.params) === 1
    );
  }

  forget(): void {
    this.memory.bytes.fill(0);
  }
}

/** AES-256-CBC, looked up once: OpenSSL 3 would look it up for each ticket. */
function cipherOf(openssl: OpenSsl): number {
  let cipher = ciphers.get(openssl);
  if (cipher === undefined) {
    cipher = openssl.EVP_CIPHER_fetch(0, 'AES-256-CBC', '');
    ciphers.set(openssl, cipher);
  }
  return cipher;
}

const ciphers = new WeakMap<OpenSsl, number>();

/**
 * The keys that session tickets are encrypted with (RFC 5077, section 4; RFC 8446, section 4.6.1). Contexts share them, and
 * with the same keys so do processes and machines. The first encrypts, and all decrypt: a new key is put in front of the
 * others, and leaves with the last tickets that it has made.
 */
export class TicketKeys {
  private readonly openssl: OpenSsl;
  private keys: readonly TicketKey[] = [];
  private readonly scratch: Memory;

  /** @throws TlsError if there is none, or one that has not 80 bytes */
  constructor(openssl: OpenSsl, keys: readonly Uint8Array[]) {
    this.openssl = openssl;
    this.scratch = openssl.allocate(NAME);
    this.replace(keys);
  }

  /** A key that nobody knows. */
  static random(openssl: OpenSsl): Uint8Array {
    const memory = openssl.allocate(SIZE);
    if (openssl.RAND_bytes(memory.address, SIZE) !== 1) throw new Error('OpenSSL has no random bytes');
    return memory.bytes;
  }

  /** @throws TlsError as the constructor; then the keys stay as they are */
  replace(keys: readonly Uint8Array[]): void {
    if (keys.length === 0) throw new TlsError('tickets', 'no ticket key: give at least one');
    for (const key of keys) {
      if (key.length !== SIZE) {
        throw new TlsError('tickets', `a ticket key has ${SIZE} bytes; this one has ${key.length}`);
      }
    }
    for (const key of this.keys) key.forget();
    this.keys = keys.map((key) => new TicketKey(this.openssl, key));
  }

  /** OpenSSL makes a ticket. The arguments are addresses. */
  encrypt(name: number, iv: number, cipher: number, mac: number): number {
    const { openssl } = this;
    const key = this.keys[0];
    openssl.copy(name, key.memory.address, NAME);
    if (openssl.RAND_bytes(iv, 16) !== 1) return TICKET.ERROR;
    return key.prepare(openssl, true, cipher, mac, iv) ? TICKET.GOOD : TICKET.ERROR;
  }

  /** OpenSSL has got a ticket. @returns one of TICKET; `renews`: a good one is replaced */
  decrypt(name: number, iv: number, cipher: number, mac: number, renews: boolean): number {
    const { openssl, scratch } = this;
    openssl.copy(scratch.address, name, NAME);
    const index = this.keys.findIndex((key) => key.name.equals(scratch.bytes));
    if (index < 0) return TICKET.NOT_MINE;
    if (!this.keys[index].prepare(openssl, false, cipher, mac, iv)) return TICKET.ERROR;
    return renews || index > 0 ? TICKET.GOOD_AND_RENEW : TICKET.GOOD;
  }
}
