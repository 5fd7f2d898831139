import { parseIp, type RealIp } from '@webserv/config';
import { DEFAULT_LIMITS, type RequestHead, RequestParser } from '@webserv/request';
import { realAddress } from './real-address.ts';

function headOf(fields: readonly string[]): RequestHead {
  const parser = new RequestParser(DEFAULT_LIMITS);
  const bytes = Buffer.from(
    `GET / HTTP/1.1\r\nHost: a\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`,
  );
  parser.feed(bytes, 0, bytes.length);
  return parser.head;
}

const rule = (field: string): RealIp => ({
  networks: [
    { text: '10.0.0.0/8', first: parseIp('10.0.0.0'), bits: 104 },
    { text: '2001:db8::/32', first: parseIp('2001:db8::'), bits: 32 },
    { text: 'unix:', first: null, bits: 0 },
  ],
  field,
});

describe('realAddress', () => {
  it.each<[string, string, readonly string[], string]>([
    ['no field', '10.0.0.1', [], '10.0.0.1'],
    ['a client', '10.0.0.1', ['X-Forwarded-For: 192.0.2.1'], '192.0.2.1'],
    ['a client that invents', '10.0.0.1', ['X-Forwarded-For: 198.51.100.1, 192.0.2.1'], '192.0.2.1'],
    [
      'a client that invents a proxy',
      '10.0.0.1',
      ['X-Forwarded-For: 198.51.100.1, 10.0.0.9, 192.0.2.1'],
      '192.0.2.1',
    ],
    ['two proxies', '10.0.0.1', ['X-Forwarded-For: 198.51.100.1, 192.0.2.1, 10.9.9.9'], '192.0.2.1'],
    ['two lines', '10.0.0.1', ['X-Forwarded-For: 192.0.2.1', 'X-Forwarded-For: 10.9.9.9'], '192.0.2.1'],
    ['proxies alone', '10.0.0.1', ['X-Forwarded-For: 10.0.0.3, 10.0.0.2'], '10.0.0.3'],
    ['no address behind a proxy', '10.0.0.1', ['X-Forwarded-For: 192.0.2.1, unknown, 10.0.0.2'], '10.0.0.2'],
    ['no address at all', '10.0.0.1', ['X-Forwarded-For: unknown'], '10.0.0.1'],
    ['a peer that is not trusted', '192.0.2.9', ['X-Forwarded-For: 192.0.2.1'], '192.0.2.9'],
    ['a unix socket', 'unix:', ['X-Forwarded-For: 192.0.2.1'], '192.0.2.1'],
    ['IPv6, in one spelling', '2001:db8::1', ['X-Forwarded-For: 2001:DC8:0:0::1'], '2001:dc8::1'],
    ['IPv4 within IPv6', '10.0.0.1', ['X-Forwarded-For: ::ffff:192.0.2.1'], '192.0.2.1'],
    ['a port', '10.0.0.1', ['X-Forwarded-For: 192.0.2.1:4711'], '192.0.2.1'],
  ])('%s', (_name, peer, fields, expected) => {
    expect(realAddress(rule('x-forwarded-for'), peer, headOf(fields))).toBe(expected);
  });

  it('reads the field that the rule names, and no other', () => {
    const head = headOf([
      'X-Forwarded-For: 192.0.2.1',
      'Forwarded: for="[2001:dc8::1]", for=10.0.0.2',
      'X-Real-IP: 192.0.2.3',
    ]);
    expect(realAddress(rule('forwarded'), '10.0.0.1', head)).toBe('2001:dc8::1');
    expect(realAddress(rule('x-real-ip'), '10.0.0.1', head)).toBe('192.0.2.3');
  });

  it('reads nothing of a Forwarded that breaks the syntax', () => {
    expect(realAddress(rule('forwarded'), '10.0.0.1', headOf(['Forwarded: for=192.0.2.1"']))).toBe(
      '10.0.0.1',
    );
  });
});
