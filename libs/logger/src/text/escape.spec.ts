import fc from 'fast-check';
import { cutting, EscapeCache, escapeHex, escapeJson } from './escape.ts';

describe('escapeHex', () => {
  it.each([
    ['', ''],
    ['plain /path?a=1&b=%20', 'plain /path?a=1&b=%20'],
    ['say "hi"', 'say \\x22hi\\x22'],
    ['back\\slash', 'back\\x5Cslash'],
    ['line\r\nbreak', 'line\\x0D\\x0Abreak'],
    ['\u0000\u001f\u007f', '\\x00\\x1F\\x7F'],
    ['tilde~', 'tilde~'],
    ['\u0080\u00ff', '\\x80\\xFF'],
    ['\u001b[31mred', '\\x1B[31mred'],
    ['\u{1f600}', '\\xF0\\x9F\\x98\\x80'],
    ['\u010a', '\\xC4\\x8A'],
    ['\ud800', '\\xEF\\xBF\\xBD'],
  ])('%j -> %j', (text, expected) => {
    expect(escapeHex(text)).toBe(expected);
  });

  it('gives printable ASCII without quotes from which the bytes can be read back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const text = Buffer.from(bytes).toString('latin1');
        const escaped = escapeHex(text);
        expect(escaped).toMatch(/^[\x20\x21\x23-\x7e]*$/);
        const back = escaped.replace(/\\x([0-9A-F]{2})/g, (_, hex) =>
          String.fromCharCode(Number.parseInt(hex, 16)),
        );
        expect(back).toBe(text);
      }),
    );
  });
});

describe('escapeJson', () => {
  it.each([
    ['', ''],
    ['plain', 'plain'],
    ['"\\', '\\"\\\\'],
    ['\n\t\u00e9', '\\u000A\\u0009\\u00E9'],
    ['\u2028\u{1f600}', '\\u2028\\uD83D\\uDE00'],
  ])('%j -> %j', (text, expected) => {
    expect(escapeJson(text)).toBe(expected);
  });

  it('is read back by JSON.parse, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const escaped = escapeJson(text);
        expect(escaped).toMatch(/^[\x20-\x7e]*$/);
        expect(JSON.parse(`"${escaped}"`)).toBe(text);
      }),
    );
  });
});

describe('EscapeCache', () => {
  it('answers as the escape does, in any order, with any number of texts', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 50 }), (texts) => {
        const cache = new EscapeCache(escapeHex);
        for (const each of [...texts, ...texts]) expect(cache.get(each)).toBe(escapeHex(each));
      }),
    );
  });

  it('escapes what comes again only once, and a long text each time', () => {
    let calls = 0;
    const cache = new EscapeCache((text) => {
      calls++;
      return escapeHex(text);
    });
    // The empty text has been asked for already.
    calls = 0;
    for (let round = 0; round < 3; round++) cache.get('a "short" one');
    expect(calls).toBe(1);
    const long = 'x'.repeat(513);
    for (let round = 0; round < 3; round++) cache.get(long);
    expect(calls).toBe(4);
  });

  it('keeps several texts that fall into one set', () => {
    let calls = 0;
    const cache = new EscapeCache((text) => {
      calls++;
      return text;
    });
    // Same length, and the same characters wherever the set looks.
    calls = 0;
    const texts = ['aXaaaaaaaaaaaa', 'aYaaaaaaaaaaaa', 'aZaaaaaaaaaaaa'];
    for (let round = 0; round < 3; round++) for (const text of texts) expect(cache.get(text)).toBe(text);
    expect(calls).toBe(3);
  });
});

describe('a text that is cut', () => {
  it.each([
    ['of plain characters', 'x'.repeat(1024), 'x'.repeat(1024)],
    ['one longer', 'x'.repeat(1025), `${'x'.repeat(1024)}...(1025)`],
    ['that grows by its escapes', '\xff'.repeat(15_000), `${'\\xFF'.repeat(256)}...(15000)`],
    ['that would be cut within an escape', `ab${'\xff'.repeat(1000)}`, `ab${'\\xFF'.repeat(255)}...(1002)`],
  ])('%s, as nginx shows it', (_what, text, shown) => {
    expect(cutting(escapeHex)(text)).toBe(shown);
  });

  it.each([
    ['\xff'.repeat(15_000), `${'\\u00FF'.repeat(170)}...(15000)`],
    ['"'.repeat(2000), `${'\\"'.repeat(512)}...(2000)`],
  ])('as JSON, which it still is', (text, shown) => {
    expect(cutting(escapeJson)(text)).toBe(shown);
    expect(() => JSON.parse(`"${cutting(escapeJson)(text)}"`)).not.toThrow();
  });
});
