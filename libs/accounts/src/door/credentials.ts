import { PASSWORD_MAX, USER_MAX, userProblem } from '../file/accounts.ts';

export interface Credentials {
  readonly user: string;
  readonly password: Buffer;
}

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;
/** The longest that can belong to an account. */
const ENCODED_MAX = 4 * Math.ceil((USER_MAX + 1 + PASSWORD_MAX) / 3);

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads the field Authorization of the scheme Basic (RFC 7617), in UTF-8.
 * @returns null for everything that can belong to no account
 */
export function readCredentials(field: string): Credentials | null {
  const encoded = BASIC.exec(field)?.[1] ?? '';
  if (encoded === '' || encoded.length > ENCODED_MAX) return null;
  const bytes = Buffer.from(encoded, 'base64');
  const colon = bytes.indexOf(0x3a);
  const password = bytes.subarray(colon + 1);
  if (colon < 1 || password.length === 0 || password.length > PASSWORD_MAX) return null;
  if (password.some((byte) => byte < 0x20 || byte === 0x7f)) return null;
  const user = textOf(bytes.subarray(0, colon));
  return user === null || userProblem(user) !== '' ? null : { user, password };
}

function textOf(bytes: Buffer): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
