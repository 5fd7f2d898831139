import { CODES, LENGTHS } from './huffman-code.ts';

/** Returns the bytes that `text`, of characters up to 0xff, takes when it is coded. */
export function huffmanLength(text: string): number {
  let bits = 0;
  for (let index = 0; index < text.length; index++) bits += LENGTHS[text.charCodeAt(index)];
  return Math.ceil(bits / 8);
}

/** Writes `text`, of characters up to 0xff, coded. Returns the offset behind it. */
export function huffmanEncode(into: Uint8Array, at: number, text: string): number {
  let out = at;
  // The last `held` bits of `bits` are not written yet: fewer than eight between two characters.
  let bits = 0;
  let held = 0;
  for (let index = 0; index < text.length; index++) {
    const c = text.charCodeAt(index);
    let length = LENGTHS[c];
    const code = CODES[c];
    if (length > 24) {
      // With those that are held it would not fit into 32 bits.
      bits = (bits << (length - 16)) | (code >>> 16);
      held += length - 16;
      length = 16;
      while (held >= 8) {
        held -= 8;
        into[out++] = bits >>> held;
      }
      bits = (bits << 16) | (code & 0xffff);
    } else bits = (bits << length) | code;
    held += length;
    while (held >= 8) {
      held -= 8;
      into[out++] = bits >>> held;
    }
  }
  // Padding: the first bits of EOS, which are ones (RFC 7541, section 5.2).
  if (held > 0) into[out++] = (bits << (8 - held)) | (0xff >>> held);
  return out;
}
