import { HpackDecoder } from '@webserv/http2';

/** Bits of each Huffman code, in base 36: RFC 7541, appendix B, by symbol. The code is canonical. */
const LENGTHS = [
  'dnsssssssoussuss ssssssusssssssss 6aacd68baa8b8666 555666666678f6ca',
  'd677777777777777 77777777878djde6 f565656665776665 67655677777fbeds',
  'kmkkmmmnmnnnnnon oomnonnnnlmnmnno mlkmmnnlnmmolmnn llmlnmnnkmmmnmmn',
  'qqkjmnmpqqqrrqop jlqrrqrollqqsrrr koklmllnmmppooqn qrqqrrrrrsrrrrrq',
]
  .join('')
  .replaceAll(' ', '');

type Line = readonly [name: string, value: string];

/** The codes by their bits, as text. EOS is not among them. */
const SYMBOLS: ReadonlyMap<string, string> = codes();

function codes(): Map<string, string> {
  const made = new Map<string, string>();
  let code = 0n;
  for (let length = 1; length <= 30; length++) {
    code *= 2n;
    for (let symbol = 0; symbol < 256; symbol++) {
      if (Number.parseInt(LENGTHS[symbol] ?? '', 36) !== length) continue;
      made.set(code.toString(2).padStart(length, '0'), String.fromCharCode(symbol));
      code++;
    }
  }
  return made;
}

/** The static table is nothing but data: the stories of other encoders compare it. */
const STATIC: readonly Line[] = Array.from({ length: 61 }, (_, at) => {
  const decoder = new HpackDecoder(1 << 16);
  decoder.decode(Uint8Array.of(0x81 + at), 0, 1);
  return decoder.fields[0]?.line ?? ['', ''];
});

/** The table of one direction, newest entry first. */
export interface Table {
  entries: Line[];
  size: number;
}

function evict({ entries, size }: Table): void {
  const sizeOf = (lines: readonly Line[]): number =>
    lines.reduce((sum, line) => sum + line.join('').length + 32, 0);
  while (sizeOf(entries) > size) entries.pop();
}

/** Reads one field block by the text of RFC 7541. Returns its lines, or null if it is wrong. */
export function readBlock(text: string, table: Table, limit: number): Line[] | null {
  const bits = [...text].map((c) => c.charCodeAt(0).toString(2).padStart(8, '0'));
  const lines: Line[] = [];
  let at = 0;
  const integer = (prefix: number): number => {
    const first = bits[at++]?.slice(8 - prefix);
    if (first === undefined) throw new Error('cut');
    if (first.includes('0')) return Number.parseInt(first, 2);
    let more = '';
    for (let byte = '1'; byte.startsWith('1'); ) {
      byte = bits[at++] ?? '';
      more = byte.slice(1) + more;
      if (byte === '' || more.length > 28) throw new Error('cut, or too long');
    }
    const value = Number.parseInt(more, 2) + 2 ** prefix - 1;
    if (value >= 2 ** 28) throw new Error('too large');
    return value;
  };
  const string = (): string => {
    const coded = bits[at]?.startsWith('1');
    const length = integer(7);
    if (at + length > bits.length) throw new Error('cut');
    const part = text.slice(at, at + length);
    at += length;
    return coded ? decoded(bits.slice(at - length, at).join('')) : part;
  };
  const entry = (index: number): Line => {
    const found = index <= 61 ? STATIC[index - 1] : table.entries[index - 62];
    if (found === undefined) throw new Error('no such entry');
    return found;
  };
  try {
    while (at < bits.length) {
      const first = bits[at] ?? '';
      if (first.startsWith('1')) lines.push(entry(integer(7)));
      else if (first.startsWith('001')) {
        if (lines.length > 0) return null;
        table.size = integer(5);
        if (table.size > limit) return null;
        evict(table);
      } else {
        const indexed = first.startsWith('01');
        const index = integer(indexed ? 6 : 4);
        const line: Line = [index === 0 ? string() : entry(index)[0], string()];
        lines.push(line);
        if (indexed) table.entries.unshift(line);
        evict(table);
      }
    }
  } catch {
    return null;
  }
  return lines;
}

function decoded(bits: string): string {
  let text = '';
  let code = '';
  for (const bit of bits) {
    code += bit;
    const symbol = SYMBOLS.get(code);
    if (symbol === undefined) continue;
    text += symbol;
    code = '';
  }
  if (code.length > 7 || code.includes('0')) throw new Error('padding');
  return text;
}
