import { randomBytes } from 'node:crypto';
import { argon2id, bcrypt } from 'hash-wasm';
import { crypt64 } from './crypt64.ts';
import { shaCrypt } from './sha-crypt.ts';

/** How new passwords can be hashed. The first is the usual way: every server that reads htpasswd files knows it. */
export const ALGORITHMS = ['bcrypt', 'argon2id', 'sha512'] as const;
export type Algorithm = (typeof ALGORITHMS)[number];

/** About 50 ms of one processor. */
const BCRYPT_COST = 10;
/** RFC 9106, section 4 allows less memory with more passes. OWASP names these for a server. */
const ARGON2 = { memorySize: 19_456, iterations: 2, parallelism: 1, hashLength: 32 } as const;
const SHA512_ROUNDS = 100_000;

/** Bcrypt ignores what is behind this. */
const BCRYPT_MAX = 72;

/** Hashes a new password. @param password not empty */
export async function makeHash(algorithm: Algorithm, password: Buffer): Promise<string> {
  switch (algorithm) {
    case 'bcrypt': {
      const options = {
        password,
        salt: randomBytes(16),
        costFactor: BCRYPT_COST,
        outputType: 'encoded',
      } as const;
      // What hash-wasm makes is $2a$. Apache and nginx write $2y$, which is the same without an old fault of PHP.
      return (await bcrypt(options)).replace(/^\$2a\$/, '$2y$');
    }
    case 'argon2id':
      return argon2id({ ...ARGON2, password, salt: randomBytes(16), outputType: 'encoded' });
    case 'sha512': {
      const salt = crypt64(randomBytes(12), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
      return `$6$rounds=${SHA512_ROUNDS}$${salt}$${shaCrypt('sha512', password, salt, SHA512_ROUNDS)}`;
    }
  }
}

/** Why a new password cannot be hashed, or ''. */
export function newPasswordProblem(algorithm: Algorithm, password: Buffer, most: number): string {
  if (password.length === 0) return 'the password is empty';
  if (password.some((byte) => byte < 0x20 || byte === 0x7f)) {
    return 'there is a control character in the password, which no client can send (RFC 7617, section 2)';
  }
  const longest = algorithm === 'bcrypt' ? BCRYPT_MAX : most;
  if (password.length <= longest) return '';
  const more = algorithm === 'bcrypt' ? ', which is where bcrypt ends: --algorithm argon2id takes more' : '';
  return `the password has more than ${longest} bytes${more}`;
}
