/**
 * Character classes of RFC 9110, RFC 9112 and RFC 3986, as tables of the 256 byte values. A test is one load, without a
 * chain of comparisons. An entry other than 0 means that the byte belongs to the class. Nothing writes them after load.
 */

export const HTAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const DQUOTE = 0x22;
export const PERCENT = 0x25;
export const ASTERISK = 0x2a;
export const COMMA = 0x2c;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const ZERO = 0x30;
export const NINE = 0x39;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const EQUALS = 0x3d;
export const QUESTION = 0x3f;
export const BACKSLASH = 0x5c;

const DIGITS = '0123456789';
const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const UNRESERVED = `${LETTERS}${DIGITS}-._~`;
const SUB_DELIMS = "!$&'()*+,;=";

function classOf(members: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < members.length; i++) table[members.charCodeAt(i)] = 1;
  return table;
}

/** `tchar`, RFC 9110 section 5.6.2: methods, field names, options of lists. */
export const TOKEN = classOf(`!#$%&'*+-.^_\`|~${DIGITS}${LETTERS}`);

/** `field-vchar`, SP and HTAB, RFC 9110 section 5.5. `obs-text` (0x80 and up) is opaque data there. */
export const FIELD_VALUE = fieldValue(new Uint8Array(256));

/** What a path may contain unencoded: `pchar`, `/`, and three characters that browsers do not encode there (README). */
export const PATH = classOf(`${UNRESERVED}${SUB_DELIMS}:@/%[]|`);

/** What a query may contain unencoded: all of PATH, `?`, and what else browsers do not encode there. */
export const QUERY = classOf(`${UNRESERVED}${SUB_DELIMS}:@/?%[]|{}^\`\\`);

/** `reg-name` without its percent-encoded octets, RFC 3986 section 3.2.2. */
export const REG_NAME = classOf(`${UNRESERVED}${SUB_DELIMS}`);

/** Value of a hexadecimal digit. 255 for every other byte. */
export const HEX = hexValues(new Uint8Array(256).fill(255));

function fieldValue(table: Uint8Array): Uint8Array {
  table.fill(1, SP);
  table[HTAB] = 1;
  table[0x7f] = 0;
  return table;
}

function hexValues(table: Uint8Array): Uint8Array {
  for (let i = 0; i < 10; i++) table[ZERO + i] = i;
  for (let i = 0; i < 6; i++) {
    table[0x41 + i] = 10 + i;
    table[0x61 + i] = 10 + i;
  }
  return table;
}
