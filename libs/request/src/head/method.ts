import { LF } from '../bytes/chars.ts';
import { latin1 } from '../bytes/octets.ts';
import { ErrorKind } from '../request-error.ts';

const TLS_HANDSHAKE = 0x16;

type KnownMethod = readonly [name: string, bytes: Uint8Array];

function known(name: string): KnownMethod {
  return [name, Uint8Array.from(name, (letter) => letter.charCodeAt(0))];
}

/** Methods of RFC 9110 and PATCH, by length. Reading one of them builds no string. */
const BY_LENGTH: readonly (readonly KnownMethod[])[] = [
  [],
  [],
  [],
  [known('GET'), known('PUT')],
  [known('POST'), known('HEAD')],
  [known('PATCH'), known('TRACE')],
  [known('DELETE')],
  [known('OPTIONS'), known('CONNECT')],
];

/** Returns the method in `bytes[start, end)`, which is a token. Methods are case-sensitive (RFC 9110 section 9.1). */
export function methodName(bytes: Uint8Array, start: number, end: number): string {
  const length = end - start;
  if (length < BY_LENGTH.length) {
    const candidates = BY_LENGTH[length];
    for (let i = 0; i < candidates.length; i++) {
      const candidate = candidates[i];
      if (matches(bytes, start, candidate[1])) return candidate[0];
    }
  }
  return latin1(bytes, start, end);
}

function matches(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) {
    if (bytes[start + i] !== name[i]) return false;
  }
  return true;
}

/** Why a request with the first byte `c`, which begins no method, is refused. */
export function firstByteError(c: number): ErrorKind {
  if (c === TLS_HANDSHAKE) return ErrorKind.TLS_HELLO;
  return c === LF ? ErrorKind.BARE_LF : ErrorKind.BAD_METHOD;
}
