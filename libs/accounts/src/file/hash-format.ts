/** How a password is hashed, with what its hash says about it. */
export type HashFormat =
  | { readonly kind: 'bcrypt'; readonly cost: number; readonly salt: string; readonly digest: string }
  | {
      readonly kind: 'sha256' | 'sha512';
      readonly rounds: number;
      readonly salt: string;
      readonly digest: string;
    }
  | { readonly kind: 'apr1'; readonly salt: string; readonly digest: string }
  | ({ readonly kind: 'argon2i' | 'argon2d' | 'argon2id' } & Argon2);

interface Argon2 {
  /** KiB. */
  readonly memory: number;
  readonly passes: number;
  readonly lanes: number;
  /** Base64 without padding. */
  readonly salt: string;
  readonly digest: string;
}

/** Why a hash cannot be used, and what can. */
interface Unfit {
  readonly message: string;
  readonly expected: string;
}

const NEW_HASH = 'a hash as "webserv passwd FILE USER" writes it';
/** What SHA-crypt does if its hash names no other number. */
const ROUNDS = 5000;
/** The most that one look at a password may cost: some seconds, and 256 MiB. */
const COST_MAX = 15;
const ROUNDS_MIN = 1000;
const ROUNDS_MAX = 1_000_000;
const ARGON2_KIB_MAX = 256 << 10;
const ARGON2_WORK_MAX = 4 << 20;
const ARGON2_LANES_MAX = 16;

const BCRYPT = /^\$2[aby]\$(\d\d)\$([./A-Za-z0-9]{22})([./A-Za-z0-9]{31})$/;
const SHA_CRYPT = /^\$([56])\$(?:rounds=(\d{1,9})\$)?([^$:]{1,16})\$([./A-Za-z0-9]+)$/;
const APR1 = /^\$apr1\$([^$:]{1,8})\$([./A-Za-z0-9]{22})$/;
const ARGON2 =
  /^\$(argon2(?:i|d|id))\$v=19\$m=(\d{1,9}),t=(\d{1,9}),p=(\d{1,3})\$([A-Za-z0-9+/]{11,86})\$([A-Za-z0-9+/]{6,86})$/;

/** What is known and refused. The hash itself is a secret, so no message repeats it. */
const REFUSED: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/^\{SHA\}/, 'an unsalted SHA-1 hash, which is guessed in seconds'],
  [/^\{SSHA\}/, 'a SHA-1 hash, which is guessed in seconds'],
  [/^\{/, 'a hash of an unknown kind'],
  [/^\$1\$/, 'an MD5 hash ($1$)'],
  [/^\$2x\$/, 'a hash of a faulty bcrypt ($2x$)'],
  [/^\$argon2[a-z]*\$(?!v=19\$)/, 'a hash of an old version of Argon2'],
  [/^\$(2|5|6|apr1|argon2)/, 'a hash that is cut or changed'],
  [/^\$/, 'a hash of an unknown kind'],
];

/** Reads a hash as `crypt` or the PHC writes it. */
export function hashFormat(hash: string): HashFormat | Unfit {
  const bcrypt = BCRYPT.exec(hash);
  if (bcrypt !== null) return bcryptFormat(bcrypt);
  const sha = SHA_CRYPT.exec(hash);
  if (sha !== null) return shaFormat(sha);
  const apr1 = APR1.exec(hash);
  if (apr1 !== null) {
    const [, salt = '', digest = ''] = apr1;
    return { kind: 'apr1', salt, digest };
  }
  const argon2 = ARGON2.exec(hash);
  if (argon2 !== null) return argon2Format(argon2);
  const [, what = 'no hash: a password must not stand here as it is'] =
    REFUSED.find(([pattern]) => pattern.test(hash)) ?? [];
  return { message: `behind the user is ${what}`, expected: NEW_HASH };
}

/** Whether a hash can be used. */
export function isUnfit(format: HashFormat | Unfit): format is Unfit {
  return 'message' in format;
}

function bcryptFormat([, written = '', salt = '', digest = '']: RegExpExecArray): HashFormat | Unfit {
  const cost = Number(written);
  if (cost >= 4 && cost <= COST_MAX) return { kind: 'bcrypt', cost, salt, digest };
  return costly(`bcrypt with the cost ${cost}`, `a cost from 4 to ${COST_MAX}`);
}

function shaFormat([, digit = '', written, salt = '', digest = '']: RegExpExecArray): HashFormat | Unfit {
  const kind = digit === '5' ? 'sha256' : 'sha512';
  const rounds = written === undefined ? ROUNDS : Number(written);
  if (digest.length !== (kind === 'sha256' ? 43 : 86)) {
    return { message: 'behind the user is a hash that is cut or changed', expected: NEW_HASH };
  }
  if (rounds >= ROUNDS_MIN && rounds <= ROUNDS_MAX) return { kind, rounds, salt, digest };
  return costly(`SHA-crypt with ${rounds} rounds`, `${ROUNDS_MIN} to ${ROUNDS_MAX} rounds`);
}

function argon2Format([, name = '', m = '', t = '', p = '', salt = '', digest = '']: RegExpExecArray):
  | HashFormat
  | Unfit {
  const kind = name === 'argon2i' || name === 'argon2d' ? name : 'argon2id';
  const [memory, passes, lanes] = [Number(m), Number(t), Number(p)];
  const possible = lanes >= 1 && lanes <= ARGON2_LANES_MAX && passes >= 1 && memory >= 8 * lanes;
  if (possible && memory <= ARGON2_KIB_MAX && memory * passes <= ARGON2_WORK_MAX) {
    return { kind, memory, passes, lanes, salt, digest };
  }
  return costly(
    `Argon2 with m=${m}, t=${t} and p=${p}`,
    `p from 1 to ${ARGON2_LANES_MAX}, m from 8 for each lane to ${ARGON2_KIB_MAX}, and m * t up to ${ARGON2_WORK_MAX}`,
  );
}

function costly(what: string, expected: string): Unfit {
  return { message: `${what} is not possible`, expected };
}
