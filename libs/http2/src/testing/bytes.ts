/** Returns the bytes of hexadecimal digits. Blanks in between are left out. */
export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replace(/\s/g, ''), 'hex'));
}

/** Returns one character a byte. */
export function latin1Of(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

export function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
