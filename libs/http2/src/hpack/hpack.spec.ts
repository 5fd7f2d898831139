import fc from 'fast-check';
import { bytesOf, hex, joined } from '../testing/bytes.ts';
import type { Field } from './field.ts';
import { fieldBound, Literal, writeField, writeStatus } from './field-writer.ts';
import { HpackDecoder } from './hpack-decoder.ts';
import { HpackEncoder } from './hpack-encoder.ts';
import { IntegerReader, MAX_INTEGER, writeInteger } from './integer.ts';

type Line = readonly [name: string, value: string];

const linesOf = (decoder: HpackDecoder): Line[] =>
  decoder.fields.slice(0, decoder.count).map((field: Field) => field.line);

function decode(digits: string, decoder = new HpackDecoder(16_384)): string | Line[] {
  const bytes = hex(digits);
  return decoder.decode(bytes, 0, bytes.length) ? linesOf(decoder) : String(decoder.error);
}

function literal(name: string, value: string): Uint8Array {
  const into = new Uint8Array(fieldBound(name, value));
  return into.subarray(0, writeField(into, 0, name, value));
}

describe('integers', () => {
  it('come back, whatever stands in front of them', () => {
    const reader = new IntegerReader();
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(MAX_INTEGER), (prefix, value) => {
        const into = new Uint8Array(8);
        const pattern = prefix === 8 ? 0 : 0xff & (0xff << prefix);
        const end = writeInteger(into, 1, pattern, prefix, value);
        expect([reader.read(into, 1, end, prefix), reader.next]).toEqual([value, end]);
        for (let cut = 2; cut < end; cut++) expect(reader.read(into, 1, cut, prefix)).toBe(-1);
      }),
    );
  });

  it.each([
    ['above 2^28 - 1', 'ff8080808001'],
    ['of more bytes than a number needs', 'ff808080808000'],
    ['2^32, which wraps to 0', 'ff81ffffff0f'],
    ['that does not end', 'ffffffff'],
  ])('one %s is refused', (_name, digits) => {
    const bytes = hex(digits);
    expect(new IntegerReader().read(bytes, 0, bytes.length, 7)).toBe(-1);
  });
});

describe('a field block', () => {
  it.each([
    ['index 0', '80', 'bad-index'],
    ['an index beyond both tables', 'be', 'bad-index'],
    ['a name beyond both tables', '7f0001 61', 'bad-index'],
    ['an index that does not end', 'ff', 'bad-integer'],
    ['a literal without name', '40', 'bad-string'],
    ['a literal without value', '400161', 'bad-string'],
    ['a name that is cut', '400561', 'bad-string'],
    ['a value that is cut', '4001610561', 'bad-string'],
    ['a length that does not end', '40ff', 'bad-integer'],
    ['a wrong Huffman code', '4081ff01 61', 'bad-huffman'],
    ['EOS in a value', '40016184ffffffff', 'bad-huffman'],
    ['a size above the limit', '3fe21f', 'bad-size-update'],
    ['a size update behind a field', '8220', 'bad-size-update'],
    ['a size update that does not end', '3f', 'bad-integer'],
  ])('%s is refused', (_name, digits, error) => {
    expect(decode(digits)).toBe(error);
  });

  it('an empty block has no fields', () => {
    expect(decode('')).toEqual([]);
  });

  it('may add an entry that the table has already', () => {
    const decoder = new HpackDecoder(16_384);
    expect(decode('4001610162 4001610162 be bf', decoder)).toEqual(new Array(4).fill(['a', 'b']));
    expect(decoder.table.count).toBe(2);
  });

  it('a size update evicts, and another one makes room again', () => {
    const decoder = new HpackDecoder(16_384);
    expect(decode('4001610162', decoder)).toEqual([['a', 'b']]);
    expect(decode('be', decoder)).toEqual([['a', 'b']]);
    expect(decode('203fe11f', decoder)).toEqual([]);
    expect(decoder.table.count).toBe(0);
    expect(decode('be', decoder)).toBe('bad-index');
  });

  it('a new entry may take its name from the entry that it evicts', () => {
    const decoder = new HpackDecoder(16_384);
    decoder.table.resize(36);
    expect(decode('4001610162', decoder)).toEqual([['a', 'b']]);
    expect(decode('7e0163', decoder)).toEqual([['a', 'c']]);
    expect(decode('be', decoder)).toEqual([['a', 'c']]);
  });

  it('an entry larger than the table empties it', () => {
    const decoder = new HpackDecoder(16_384);
    decoder.table.resize(36);
    decode('4001610162', decoder);
    expect(decode('4001610463646566', decoder)).toEqual([['a', 'cdef']]);
    expect([decoder.table.count, decoder.table.size]).toEqual([0, 0]);
  });

  it('must begin with a size update once a smaller limit was acknowledged', () => {
    const decoder = new HpackDecoder(16_384);
    decoder.setLimit(100);
    expect(decode('82', decoder)).toBe('bad-size-update');
    const other = new HpackDecoder(16_384);
    other.setLimit(100);
    expect(decode('3f4582', other)).toEqual([[':method', 'GET']]);
    expect(other.table.maxSize).toBe(100);
  });

  it('keeps the table right while its list is too large, and keeps no more fields than allowed', () => {
    const decoder = new HpackDecoder(100);
    const value = 'x'.repeat(40);
    const line = hex('400161');
    const first = joined(line, Uint8Array.of(40), bytesOf(value));
    // The entry of 73 bytes, ten times.
    const block = joined(first, new Uint8Array(9).fill(0xbe), hex('4001620163'), literal('z', 'never kept'));
    expect(decoder.decode(block, 0, block.length)).toBe(true);
    expect([decoder.tooLarge, decoder.count, decoder.listSize]).toEqual([true, 1, 10 * 73 + 34]);
    expect(decode('be', decoder)).toEqual([['b', 'c']]);
    expect(decode('bf', decoder)).toEqual([['a', value]]);
    expect(decoder.tooLarge).toBe(false);
  });

  it('gives up a list that is eight times too large', () => {
    const decoder = new HpackDecoder(100);
    const first = joined(hex('400161'), Uint8Array.of(40), bytesOf('x'.repeat(40)));
    const block = joined(first, new Uint8Array(10_000).fill(0xbe));
    expect(decoder.decode(block, 0, block.length)).toBe(false);
    expect([decoder.error, decoder.listSize]).toEqual(['hpack-bomb', 11 * 73]);
  });

  it('forgets its fields when asked', () => {
    const decoder = new HpackDecoder(100);
    decode('4001610162', decoder);
    decoder.forget();
    expect([decoder.count, decoder.fields[0]?.name]).toEqual([0, '']);
  });
});

const name = fc.oneof(
  fc.constantFrom(':method', ':path', 'accept', 'cookie', 'x-a', 'x-b', 'etag', 'content-type'),
  fc.stringMatching(/^[a-z0-9-]{1,12}$/),
);
const value = fc.oneof(
  fc.constantFrom('', 'GET', '/', 'a', 'b'),
  fc.stringMatching(/^[!-~\x80-\xff]{0,40}$/),
);
const how = fc.constantFrom(Literal.INDEXED, Literal.UNINDEXED, Literal.NEVER_INDEXED);
const block = fc.array(fc.tuple(name, value, how), { maxLength: 12 });
const step = fc.oneof(
  { weight: 5, arbitrary: block },
  { weight: 1, arbitrary: fc.constantFrom(0, 40, 100, 300, 4096, 10_000) },
);

describe('an encoder and a decoder', () => {
  it('agree, block by block, whatever becomes of the table', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 64, 200, 4096, 8192),
        fc.array(step, { maxLength: 12 }),
        (maxSize, steps) => {
          const encoder = new HpackEncoder(maxSize);
          const decoder = new HpackDecoder(1 << 20);
          const into = new Uint8Array(4096);
          for (const next of steps) {
            if (typeof next === 'number') {
              decoder.setLimit(next);
              encoder.setLimit(next);
              continue;
            }
            let end = encoder.begin(into, 3);
            for (const [field, text, literalAs] of next) {
              const before = end;
              end = encoder.field(into, end, field, text, literalAs);
              expect(end - before).toBeLessThanOrEqual(fieldBound(field, text));
            }
            expect([decoder.decode(into, 3, end), decoder.error]).toEqual([true, null]);
            const expected = next.map(([field, text]) => [field, text]);
            expect(linesOf(decoder)).toEqual(expected);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('a head that is said again takes a byte a field', () => {
    const encoder = new HpackEncoder();
    const into = new Uint8Array(512);
    const write = (): number => {
      let end = encoder.begin(into, 0);
      for (const [field, text] of [
        ['server', 'webserv'],
        ['date', 'Mon, 21 Oct 2013 20:13:21 GMT'],
        ['content-type', 'text/html; charset=utf-8'],
      ] as const) {
        end = encoder.field(into, end, field, text);
      }
      return end;
    };
    expect(write()).toBeGreaterThan(30);
    expect(write()).toBe(3);
  });
});

describe('a field that depends on no table', () => {
  const written = (field: string, text: string): number => writeField(new Uint8Array(256), 0, field, text);

  it('comes back, its name in lower case', () => {
    const into = new Uint8Array(100);
    let end = writeStatus(into, 0, 200);
    end = writeStatus(into, end, 418);
    end = writeField(into, end, 'Content-Type', 'text/plain');
    end = writeField(into, end, 'X-Own', '');
    end = writeField(into, end, 'set-cookie', 'a=b', Literal.NEVER_INDEXED);
    const decoder = new HpackDecoder(16_384);
    expect(decoder.decode(into, 0, end)).toBe(true);
    expect(linesOf(decoder)).toEqual([
      [':status', '200'],
      [':status', '418'],
      ['content-type', 'text/plain'],
      ['x-own', ''],
      ['set-cookie', 'a=b'],
    ]);
    expect([decoder.table.count, decoder.fields[4]?.neverIndexed]).toEqual([0, true]);
  });

  it.each([
    ['an empty name', '', 'v'],
    ['a colon in the name', 'a:b', 'v'],
    ['a space in the name', 'a b', 'v'],
    ['a pseudo-field that nobody knows', ':own', 'v'],
    ['a name beyond bytes', '\u0161', 'v'],
    ['NUL in the value', 'a', 'b\0c'],
    ['CR in the value', 'a', 'b\rc'],
    ['LF in the value', 'a', 'b\nc'],
    ['DEL in the value', 'etag', 'b\x7fc'],
    ['a value beyond bytes', 'a', '\u010a'],
    ['a space in front of the value', 'a', ' b'],
    ['a tab behind the value', 'a', 'b\t'],
  ])('%s may not be sent', (_name, field, text) => {
    expect(written(field, text)).toBe(-1);
    expect(new HpackEncoder().field(new Uint8Array(256), 0, field, text)).toBe(-1);
  });
});
