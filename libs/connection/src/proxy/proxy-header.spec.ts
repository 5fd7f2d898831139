import { ProxyHeader, ProxyStatus } from './proxy-header.ts';

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

function second(command: number, family: number, rest: readonly number[]): Buffer {
  const fixed = [command, family, rest.length >> 8, rest.length & 0xff];
  return Buffer.concat([SIGNATURE, Buffer.from(fixed), Buffer.from(rest)]);
}

const first = (line: string) => Buffer.from(line, 'latin1');

const IPV4 = [192, 0, 2, 1, 127, 0, 0, 1, 0x10, 0, 0, 80];
const IPV6 = [
  0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0,
  80, 0, 80,
];
const LONGEST = 'PROXY UNKNOWN ffff:f...f:ffff ffff:f...f:ffff 65535 65535';

const SOUND: readonly [name: string, header: Buffer, remote: string][] = [
  ['TCP4', first('PROXY TCP4 192.0.2.1 127.0.0.1 4096 80\r\n'), '192.0.2.1'],
  ['the shortest TCP4', first('PROXY TCP4 1.1.1.1 1.1.1.1 0 0\r\n'), '1.1.1.1'],
  ['the shortest TCP6', first('PROXY TCP6 :: :: 0 0\r\n'), '::'],
  ['TCP6, in one spelling', first('PROXY TCP6 2001:DB8:0:0::1 ::1 65535 80\r\n'), '2001:db8::1'],
  ['IPv4 within TCP6', first('PROXY TCP6 ::ffff:192.0.2.1 ::1 1 80\r\n'), '192.0.2.1'],
  ['UNKNOWN', first('PROXY UNKNOWN\r\n'), ''],
  ['UNKNOWN with something', first(`${LONGEST}\r\n`), ''],
  ['the longest line', first(`PROXY UNKNOWN ${'x'.repeat(107 - 16)}\r\n`), ''],
  ['version 2, IPv4', second(0x21, 0x11, IPV4), '192.0.2.1'],
  ['version 2, IPv6', second(0x21, 0x21, IPV6), '2001:db8::1'],
  ['version 2, unix', second(0x21, 0x31, new Array(216).fill(0)), 'unix:'],
  [
    'version 2, more behind the addresses',
    second(0x21, 0x11, [...IPV4, ...new Array(5000).fill(7)]),
    '192.0.2.1',
  ],
  ['version 2, LOCAL', second(0x20, 0, []), ''],
  ['version 2, LOCAL with addresses', second(0x20, 0x11, IPV4), ''],
  ['version 2, no family', second(0x21, 0, [1, 2, 3]), ''],
  ['version 2, datagrams', second(0x21, 0x12, IPV4), ''],
];

const BROKEN: readonly [name: string, header: Buffer, reason: string][] = [
  ['HTTP', first('GET / HTTP/1.1\r\n'), 'no PROXY header'],
  ['TLS', Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3, 0]), 'no PROXY header'],
  ['another case', first('proxy TCP4 1.1.1.1 1.1.1.1 0 0\r\n'), 'no PROXY header'],
  ['TCP5', first('PROXY TCP5 1.1.1.1 1.1.1.1 0 0\r\n'), 'the protocol is none of TCP4, TCP6 and UNKNOWN'],
  ['another family', first('PROXY TCP4 ::1:2:3:4:5 ::1:2:3:4:5 1 1\r\n'), 'no address of TCP4'],
  ['no address', first('PROXY TCP4 1.1.1.256 1.1.1.1 10 10\r\n'), 'no address of TCP4'],
  ['two spaces', first('PROXY TCP4  1.1.1.1 1.1.1.1 1 1\r\n'), 'no address of TCP4'],
  ['a port too large', first('PROXY TCP4 1.1.1.1 1.1.1.1 65536 1\r\n'), 'no pair of ports'],
  ['a port too few', first('PROXY TCP4 1.1.1.1 1.1.1.111 65535\r\n'), 'no pair of ports'],
  ['a word too many', first('PROXY TCP4 1.1.1.1 1.1.1.1 1 1 1\r\n'), 'no pair of ports'],
  ['LF alone', first('PROXY TCP4 1.1.1.1 1.1.1.1 1 1\nGET / H'), 'a line end without CR'],
  ['CR alone', first('PROXY TCP4 1.1.1.1\r1.1.1.1 1 1 xx\r\n'), 'a CR within the line'],
  ['a line too long', first(`PROXY UNKNOWN ${'x'.repeat(107)}\r\n`), 'the line is too long'],
  ['version 3', second(0x31, 0x11, IPV4), 'the version is not 2'],
  ['no command', second(0x22, 0x11, IPV4), 'the command is none of LOCAL and PROXY'],
  ['cut addresses', second(0x21, 0x21, IPV4), 'the addresses are cut'],
  ['too long', second(0x21, 0x11, new Array(20_000).fill(0)), 'the header is too long'],
];

/** Feeds what the header wants, in pieces of at most `most` bytes. @returns the header and the bytes that it took */
function read(bytes: Buffer, most: (wanted: number) => number): [ProxyHeader, number] {
  const header = new ProxyHeader();
  let at = 0;
  while (header.status === ProxyStatus.MORE && at < bytes.length) {
    const size = Math.min(Math.max(1, most(header.wanted)), header.wanted, bytes.length - at);
    header.feed(bytes, at, at + size);
    at += size;
  }
  return [header, at];
}

const WAYS: readonly ((wanted: number) => number)[] = [
  (wanted) => wanted,
  () => 1,
  (wanted) => wanted >> 1,
  (wanted) => (wanted * 7) % 5,
];

describe('ProxyHeader', () => {
  it.each(SOUND)('%s: reads it and nothing behind it, however it is cut', (_name, bytes, remote) => {
    for (const way of WAYS) {
      const [header, taken] = read(Buffer.concat([bytes, Buffer.from('GET / HTTP/1.1\r\n\r\n')]), way);
      expect([header.status, header.remote, taken]).toEqual([ProxyStatus.DONE, remote, bytes.length]);
    }
  });

  it.each(SOUND)('%s: waits for the rest of it', (_name, bytes) => {
    for (let length = 0; length < Math.min(bytes.length, 300); length++) {
      const [header] = read(bytes.subarray(0, length), WAYS[0] as (wanted: number) => number);
      expect([header.status, header.begun]).toEqual([ProxyStatus.MORE, length > 0]);
    }
  });

  it.each(BROKEN)('%s is refused, however it is cut', (_name, bytes, reason) => {
    for (const way of WAYS) {
      const [header] = read(bytes, way);
      expect([header.status, header.reason]).toEqual([ProxyStatus.BROKEN, reason]);
    }
  });

  it('comes to an end with any bytes, and takes at most what it wants', () => {
    let state = 3;
    const next = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return state >>> 8;
    };
    const starts = [SIGNATURE, first('PROXY TCP4 '), first('PROXY TCP6 '), first('PROXY '), Buffer.alloc(0)];
    for (let turn = 0; turn < 3000; turn++) {
      const letters = turn % 2 === 0 ? ' .:0123456789abcdef\r\n' : '';
      const tail = Buffer.from(
        Array.from({ length: 400 }, () =>
          letters === '' ? next() & 0xff : letters.charCodeAt(next() % letters.length),
        ),
      );
      const bytes = Buffer.concat([starts[next() % starts.length] as Buffer, tail]);
      const [whole, taken] = read(bytes, (wanted) => wanted);
      const [cut, cutTaken] = read(bytes, () => 1);
      expect([cut.status, cut.remote, cut.reason]).toEqual([whole.status, whole.remote, whole.reason]);
      if (whole.status === ProxyStatus.DONE) expect(cutTaken).toBe(taken);
    }
  });
});
