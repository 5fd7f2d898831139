import { createHash } from 'node:crypto';
import { crypt64 } from './crypt64.ts';

const MAGIC = Buffer.from('$apr1$');
const ROUNDS = 1000;
const ORDER = [0, 6, 12, 1, 7, 13, 2, 8, 14, 3, 9, 15, 4, 10, 5, 11];
const ZERO = Buffer.of(0);

/**
 * Apache's MD5 hash (apr_md5_encode of the Apache Portable Runtime).
 * @returns the digest as it stands behind the salt
 */
export function apr1(password: Buffer, salt: string): string {
  const bytes = Buffer.from(salt, 'utf8');
  const second = md5([password, bytes, password]);
  const parts = [password, MAGIC, bytes, Buffer.alloc(password.length, second)];
  for (let bits = password.length; bits > 0; bits >>= 1) {
    parts.push((bits & 1) === 1 ? ZERO : password.subarray(0, 1));
  }
  let digest = md5(parts);
  for (let round = 0; round < ROUNDS; round++) {
    const odd = round % 2 === 1;
    const pieces = [odd ? password : digest];
    if (round % 3 !== 0) pieces.push(bytes);
    if (round % 7 !== 0) pieces.push(password);
    pieces.push(odd ? digest : password);
    digest = md5(pieces);
  }
  return crypt64(digest, ORDER);
}

function md5(pieces: readonly Buffer[]): Buffer {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}
