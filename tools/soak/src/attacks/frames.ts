/** Frames of HTTP/2 (RFC 9113, section 4.1), well-formed or not. */

export const Type = {
  DATA: 0,
  HEADERS: 1,
  PRIORITY: 2,
  RST_STREAM: 3,
  SETTINGS: 4,
  PING: 6,
  WINDOW_UPDATE: 8,
  CONTINUATION: 9,
  PRIORITY_UPDATE: 16,
} as const;

export const END_STREAM = 1;
export const END_HEADERS = 4;
const NOTHING = Buffer.alloc(0);

export function frame(type: number, flags: number, stream: number, payload: Uint8Array = NOTHING): Buffer {
  const bytes = Buffer.alloc(9 + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes[3] = type;
  bytes[4] = flags;
  bytes.writeUInt32BE(stream, 5);
  bytes.set(payload, 9);
  return bytes;
}

export function number(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** The client's preface. @param window how much the server may send on each stream at first */
export function preface(window = 65_535): Buffer {
  const settings = Buffer.concat([Buffer.of(0, 4), number(window)]);
  return Buffer.concat([
    Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
    frame(Type.SETTINGS, 0, 0, settings),
  ]);
}

/** A field as a literal (RFC 7541, section 6.2), its strings not coded and shorter than 127 bytes. */
export function literal(name: string, value: string, indexed = false): Buffer {
  const strings = [name, value].flatMap((text) => [Buffer.of(text.length), Buffer.from(text)]);
  return Buffer.concat([Buffer.of(indexed ? 0x40 : 0), ...strings]);
}

/** The block of a request: its method and scheme are entries of the static table. */
export function requestBlock(path: string, method: 'GET' | 'POST' = 'GET'): Buffer {
  return Buffer.concat([
    Buffer.of(method === 'GET' ? 0x82 : 0x83, 0x86),
    literal(':authority', 'attacker'),
    literal(':path', path),
  ]);
}

export function get(stream: number, path: string): Buffer {
  return frame(Type.HEADERS, END_STREAM | END_HEADERS, stream, requestBlock(path));
}
