import { timingSafeEqual } from 'node:crypto';
import { argon2d, argon2i, argon2id, bcrypt } from 'hash-wasm';
import { type HashFormat, hashFormat, isUnfit } from '../file/hash-format.ts';
import { apr1 } from './apr1.ts';
import { shaCrypt } from './sha-crypt.ts';

/** What follows is ignored by every bcrypt. */
const BCRYPT_MAX = 72;
const BCRYPT_DIGITS = './ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const BASE64_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const ARGON2 = { argon2d, argon2i, argon2id };

/**
 * Whether a password has a hash of an htpasswd file. It works on the thread that calls it, for as long as the hash demands.
 * The time says nothing of how much of the two is equal.
 * @param password not empty, and without a NUL
 */
export async function verify(password: Buffer, hash: string): Promise<boolean> {
  const format = hashFormat(hash);
  if (isUnfit(format)) return false;
  const digest = Buffer.from(await digestFor(password, format));
  const expected = Buffer.from(format.digest);
  return digest.length === expected.length && timingSafeEqual(digest, expected);
}

/** The digest of a password as its hash would write it. */
async function digestFor(password: Buffer, format: HashFormat): Promise<string> {
  switch (format.kind) {
    case 'bcrypt': {
      const encoded = await bcrypt({
        password: password.subarray(0, BCRYPT_MAX),
        salt: bcryptSalt(format.salt),
        costFactor: format.cost,
        outputType: 'encoded',
      });
      return encoded.slice(-format.digest.length);
    }
    case 'sha256':
    case 'sha512':
      return shaCrypt(format.kind, password, format.salt, format.rounds);
    case 'apr1':
      return apr1(password, format.salt);
    default: {
      const digest = await ARGON2[format.kind]({
        password,
        salt: Buffer.from(format.salt, 'base64'),
        memorySize: format.memory,
        iterations: format.passes,
        parallelism: format.lanes,
        hashLength: Buffer.from(format.digest, 'base64').length,
        outputType: 'binary',
      });
      return Buffer.from(digest).toString('base64').replace(/=+$/, '');
    }
  }
}

/** Bcrypt writes base64 with digits in an order of its own. */
function bcryptSalt(written: string): Buffer {
  const usual = written.replace(/./g, (digit) => BASE64_DIGITS.charAt(BCRYPT_DIGITS.indexOf(digit)));
  return Buffer.from(usual, 'base64');
}
