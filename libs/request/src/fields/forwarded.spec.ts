import { forwardedFor, listedAddresses } from './forwarded.ts';

describe('listedAddresses', () => {
  it.each<[string, string[]]>([
    ['192.0.2.1', ['192.0.2.1']],
    [
      '192.0.2.1, 198.51.100.2:8080 ,\t[2001:db8::1]:80, 2001:db8::2',
      ['2001:db8::2', '2001:db8::1', '198.51.100.2', '192.0.2.1'],
    ],
    ['unknown, _hidden, a b, 1.2.3', ['', '', '', '']],
    ['', ['']],
    [',192.0.2.1,', ['', '192.0.2.1', '']],
    ['192.0.2.1\n', ['']],
  ])('%j', (value, expected) => {
    expect(listedAddresses(value)).toEqual(expected);
  });

  it('reads a bounded number of entries, from the end', () => {
    const read = listedAddresses(
      Array.from({ length: 5000 }, (_, at) => `10.0.${at >> 8}.${at & 255}`).join(','),
    );
    expect([read.length, read[0]]).toEqual([64, '10.0.19.135']);
  });
});

describe('forwardedFor', () => {
  it.each<[string, string[]]>([
    ['for=192.0.2.60;proto=http;by=203.0.113.43', ['192.0.2.60']],
    ['For="[2001:db8:cafe::17]:4711"', ['2001:db8:cafe::17']],
    ['for=192.0.2.43, for="198.51.100.17:_port"', ['198.51.100.17', '192.0.2.43']],
    ['for=unknown, for=_gazonk, proto=https', ['', '', '']],
    ['for="a,b;c\\"", for=192.0.2.1', ['192.0.2.1', '']],
    ['for=192.0.2.1; ;proto=http', ['192.0.2.1']],
    ['for="192.0.2.1', []],
    ['for=192.0.2.1;for=192.0.2.2', []],
    ['for', []],
    ['=192.0.2.1', []],
    ['for=192.0.2.1 x', []],
    ['192.0.2.1', []],
    ['for=[2001:db8::1]', []],
  ])('%j', (value, expected) => {
    expect(forwardedFor(value)).toEqual(expected);
  });

  it('gives addresses or nothing, whatever a client sends', () => {
    const pieces = [
      'for',
      '=',
      '"',
      ',',
      ';',
      '\\',
      ' ',
      '192.0.2.1',
      '[::1]',
      'proto',
      'http',
      '\x80',
      'unknown',
    ];
    let state = 5;
    for (let turn = 0; turn < 5000; turn++) {
      let text = '';
      for (let count = 0; count < 12; count++) {
        state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
        text += pieces[(state >>> 16) % pieces.length];
      }
      for (const node of forwardedFor(text)) expect(['', '192.0.2.1', '::1']).toContain(node);
    }
  });
});
