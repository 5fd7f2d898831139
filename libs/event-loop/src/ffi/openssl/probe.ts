import { Memory } from '../../memory.ts';
import { SYSTEM } from '../layout.ts';
import { addressOf, type Call, declare, entryTo, openLibrary } from '../libc.ts';
import { CRYPTO, type OpenSslCalls, SSL, VERSION } from './calls.ts';

/** An OpenSSL that libs/tls can work with. */
export interface OpenSsl extends OpenSslCalls {
  /** As it names itself: `OpenSSL 3.0.19 27 Jan 2026`. */
  readonly version: string;
  /** 0x30000130 for 3.0.19. */
  readonly number: number;
  /** `Node`, or the name of the library. */
  readonly from: string;
  /** Uninitialised memory whose address does not change. */
  allocate(size: number): Memory;
  addressOf(bytes: Uint8Array): number;
  /** memcpy(3): between memory of OpenSSL's and our own. */
  readonly copy: Call;
  /** The address of a C function that calls `callee`. It stays for as long as the process lives. */
  entryTo(prototype: string, callee: Call): number;
}

/** Where an OpenSSL is looked for. */
interface OpenSslPlace {
  readonly name: string;
  /** Names of shared libraries; null: what this process has loaded already. */
  readonly ssl: string | null;
  readonly crypto: string | null;
}

/** EVP_MAC, with which tickets are signed, is of 3.0. */
const OLDEST = 0x30000000;

const LIBRARIES =
  SYSTEM === 'darwin'
    ? { ssl: 'libssl.3.dylib', crypto: 'libcrypto.3.dylib' }
    : { ssl: 'libssl.so.3', crypto: 'libcrypto.so.3' };

/** Node documents that its own OpenSSL can be called. Should a build not export it, the system's is as good. */
export const PLACES: readonly OpenSslPlace[] = [
  { name: 'Node', ssl: null, crypto: null },
  { name: LIBRARIES.ssl, ...LIBRARIES },
];

/** @throws Error with one line, if what lies there cannot be used */
export function openSslAt({ name, ssl, crypto }: OpenSslPlace): OpenSsl {
  const fromCrypto = openLibrary(crypto);
  const fromSsl = openLibrary(ssl);
  const { OpenSSL_version, OpenSSL_version_num } = bind(fromCrypto, VERSION);
  const version = String(OpenSSL_version(0));
  const number = OpenSSL_version_num();
  // BoringSSL says that it is OpenSSL 1.1.1, and LibreSSL that it is 2.0.0. Each names itself in its text.
  if (!version.startsWith('OpenSSL ')) throw new Error(`it is ${version}, which is not OpenSSL`);
  if (number < OLDEST) throw new Error(`it is ${version}, and 3.0 is the oldest that can be used`);
  const calls = { ...bind(fromSsl, SSL), ...bind(fromCrypto, CRYPTO) };
  return {
    // Each value is the function that its definition names.
    ...(calls as unknown as OpenSslCalls),
    version,
    number,
    from: name,
    allocate: (size) => Memory.allocate(size),
    addressOf,
    copy: declare('uintptr_t memcpy(uintptr_t to, uintptr_t from, size_t length)'),
    entryTo,
  };
}

function bind<Name extends string>(
  from: (definition: string) => Call,
  definitions: Readonly<Record<Name, string>>,
): Record<Name, Call> {
  const bound = {} as Record<Name, Call>;
  for (const name of Object.keys(definitions) as Name[]) bound[name] = from(definitions[name]);
  return bound;
}

/** What has been found, once for the process: SSL_CTX and SSL of one library mean nothing to another. */
let found: OpenSsl | null = null;

/**
 * The OpenSSL of this process: Node's own, or else the system's.
 * @throws Error with one line that says what was tried and why nothing can be used
 */
export function openSsl(places: readonly OpenSslPlace[] = PLACES): OpenSsl {
  if (found !== null && places === PLACES) return found;
  const refused: string[] = [];
  for (const place of places) {
    try {
      const openssl = openSslAt(place);
      if (places === PLACES) found = openssl;
      return openssl;
    } catch (error) {
      refused.push(`${place.name}: ${oneLine(error)}`);
    }
  }
  throw new Error(`TLS needs OpenSSL 3.0 or later, and none was found (${refused.join('; ')})`);
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, ' ').trim();
}
