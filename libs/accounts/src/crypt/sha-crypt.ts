import { createHash } from 'node:crypto';
import { crypt64 } from './crypt64.ts';

type Algorithm = 'sha256' | 'sha512';

/** The places of the bytes as they are written: in threes that lie a third apart and turn, and what is left behind them. */
const ORDERS: Readonly<Record<Algorithm, readonly number[]>> = {
  sha256: [...turning(10, 2), 31, 30],
  sha512: [...turning(21, 1), 63],
};

function turning(third: number, step: number): number[] {
  return Array.from({ length: third }, (_, at) => {
    const places = [at, at + third, at + 2 * third];
    const turn = (step * at) % 3;
    return [...places.slice(turn), ...places.slice(0, turn)];
  }).flat();
}

/**
 * SHA-crypt (Drepper, "Unix crypt using SHA-256 and SHA-512", version 0.6). The comments name its steps.
 * @returns the digest as it stands behind the salt
 */
export function shaCrypt(algorithm: Algorithm, password: Buffer, salt: string, rounds: number): string {
  const bytes = Buffer.from(salt, 'utf8');
  // 4 to 8.
  const second = digestOf(algorithm, [password, bytes, password]);
  // 1 to 3, and 9 to 12.
  const parts = [password, bytes, repeated(second, password.length)];
  for (let bits = password.length; bits > 0; bits >>= 1) parts.push((bits & 1) === 1 ? second : password);
  let digest = digestOf(algorithm, parts);
  // 13 to 16, and 17 to 20.
  const ofPassword = digestOf(algorithm, Array<Buffer>(password.length).fill(password));
  const ofSalt = digestOf(algorithm, Array<Buffer>(16 + (digest[0] ?? 0)).fill(bytes));
  const p = repeated(ofPassword, password.length);
  const s = repeated(ofSalt, bytes.length);
  // 21.
  for (let round = 0; round < rounds; round++) {
    const odd = round % 2 === 1;
    const pieces = [odd ? p : digest];
    if (round % 3 !== 0) pieces.push(s);
    if (round % 7 !== 0) pieces.push(p);
    pieces.push(odd ? digest : p);
    digest = digestOf(algorithm, pieces);
  }
  return crypt64(digest, ORDERS[algorithm]);
}

function digestOf(algorithm: Algorithm, pieces: readonly Buffer[]): Buffer {
  const hash = createHash(algorithm);
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** The digest, again and again, up to a length. */
function repeated(digest: Buffer, length: number): Buffer {
  return Buffer.alloc(length, digest);
}
