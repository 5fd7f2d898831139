import { HpackDecoder, HpackEncoder } from '@webserv/http2';
import { readBlock, type Table } from '../reference/hpack.ts';
import { claim, same, type Target } from '../target.ts';

/** No block that the search makes comes to a larger list. */
const ROOM = 1 << 20;
const LOW = 80;
/** A block that comes to more than so many times the bound is given up. */
const BOMB = 8;
const MARK = '|';

/**
 * Field blocks, one after the other on one connection (`|` is between them): the same fields as by the text of the RFC, the
 * same table behind each block, and never more fields than allowed.
 */
export const hpack: Target = {
  name: 'hpack',
  seeds: [
    '\x82\x86\x84\x41\x0fwww.example.com|\x82\x86\x84\xbe\x58\x08no-cache',
    '\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff|\xbe',
    '\x40\x0acustom-key\x0dcustom-header|\x20\x3f\xe1\x1f\xbe',
    '\x10\x08password\x06secret|\x0f\x0d\x03abc',
    '\x3f\x21\x40\x01a\x82\xff\xff|\x7f\x80\x01',
  ],
  words: [
    '\x20',
    '\x3f\xe1\x1f',
    '\x3f\x21',
    '\x40\x01a\x01b',
    '\x7e\x01c',
    '\xbe',
    '\xbf',
    '\xff\x00',
    '\x84\xff\xff\xff\xff',
    MARK,
  ],
  run(input) {
    const decoder = new HpackDecoder(ROOM);
    const low = new HpackDecoder(LOW);
    const table: Table = { entries: [], size: 4096 };
    for (const text of input.toString('latin1').split(MARK)) {
      const bytes = Buffer.from(text, 'latin1');
      const whole = decoder.decode(bytes, 0, bytes.length);
      const expected = readBlock(text, table, 4096);
      claim(whole === (expected !== null), `accepted by one alone: ${decoder.error}`);
      const small = low.decode(bytes, 0, bytes.length);
      const bomb = low.error === 'hpack-bomb';
      claim(bomb || small === whole, 'a low bound of the list changes what is accepted');
      if (!whole || expected === null) return;
      if (bomb) {
        claim(decoder.listSize > BOMB * LOW, 'a small block is given up');
        return;
      }
      const lines = decoder.fields.slice(0, decoder.count).map(({ line }) => line);
      same(lines, expected, 'other fields');
      same(decoder.table.count, table.entries.length, 'another table');
      same(low.table.size, decoder.table.size, 'a low bound of the list changes the table');
      claim(low.tooLarge || low.count === decoder.count, 'fields are missing');
      claim(
        low.fields.slice(0, low.count).reduce((sum, { size }) => sum + size, 0) <= LOW,
        'more than the bound',
      );
      comesBack(lines);
    }
  },
};

/** What was decoded can be said again, where it may be sent at all. */
function comesBack(lines: readonly (readonly [string, string])[]): void {
  const encoder = new HpackEncoder(200);
  const decoder = new HpackDecoder(ROOM);
  const size = lines.reduce((sum, [name, value]) => sum + name.length + value.length + 11, 20);
  const into = new Uint8Array(size);
  for (let round = 0; round < 2; round++) {
    let end = encoder.begin(into, 0);
    const sent = lines.filter(([name, value]) => {
      const next = encoder.field(into, end, name, value);
      if (next < 0) return false;
      end = next;
      return true;
    });
    claim(decoder.decode(into, 0, end), `its own block is wrong: ${decoder.error}`);
    const lower = sent.map(([name, value]) => [name.toLowerCase(), value]);
    same(
      decoder.fields.slice(0, decoder.count).map(({ line }) => [...line]),
      lower,
      'another head comes back',
    );
  }
}
