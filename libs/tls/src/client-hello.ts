import type { Memory } from '@webserv/event-loop';
import type { OpenSsl } from '@webserv/event-loop/openssl';
import { EXTENSION } from './constants.ts';

/** What a client asks for before anything is agreed. */
export interface ClientHello {
  /** In lower case; '' if the client names none. */
  readonly serverName: string;
  /** What it offers by ALPN, in its order. */
  readonly protocols: readonly string[];
}

/** Reads the hello that OpenSSL has parsed and holds while its callback runs. */
export function readHello(openssl: OpenSsl, ssl: number, scratch: Memory): ClientHello {
  return {
    serverName: serverNameOf(extensionOf(openssl, ssl, scratch, EXTENSION.SERVER_NAME)),
    protocols: protocolsOf(extensionOf(openssl, ssl, scratch, EXTENSION.ALPN)),
  };
}

function extensionOf(openssl: OpenSsl, ssl: number, scratch: Memory, type: number): Buffer | null {
  const { address, bytes } = scratch;
  if (openssl.SSL_client_hello_get0_ext(ssl, type, address, address + 8) !== 1) return null;
  const from = Number(bytes.readBigUInt64LE(0));
  const length = Number(bytes.readBigUInt64LE(8));
  if (length > bytes.length - 16) return null;
  openssl.copy(address + 16, from, length);
  return bytes.subarray(16, 16 + length);
}

/**
 * The host name of an extension (RFC 6066, section 3): a list of one name. OpenSSL refuses any other list later, with an
 * alert, so here it is no name.
 */
export function serverNameOf(body: Buffer | null): string {
  if (body === null || body.length < 5) return '';
  const length = body.readUInt16BE(3);
  if (body.readUInt16BE(0) !== body.length - 2 || body[2] !== 0 || length !== body.length - 5) return '';
  return body.toString('latin1', 5).toLowerCase();
}

/** The names of an ALPN extension, or of a list without the length in front (RFC 7301, section 3.1). */
export function protocolsOf(body: Buffer | null): string[] {
  return body === null || body.length < 2 ? [] : namesOf(body, 2);
}

/** The names that follow each other, each behind its length. */
export function namesOf(list: Buffer, start: number): string[] {
  const names: string[] = [];
  for (let at = start; at < list.length; ) {
    const end = at + 1 + list[at];
    if (end > list.length) break;
    names.push(list.toString('latin1', at + 1, end));
    at = end;
  }
  return names;
}
