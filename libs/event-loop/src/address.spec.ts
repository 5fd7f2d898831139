import {
  type Address,
  formatAddress,
  formatIpv6,
  parseIpv4,
  parseIpv6,
  peerName,
  SOCKADDR_SIZE,
  UNIX_PATH_MAX,
  writeSockaddr,
} from './address.ts';

const bytes = Buffer.alloc(SOCKADDR_SIZE);

describe('parseIpv4', () => {
  it.each([
    ['0.0.0.0', [0, 0, 0, 0]],
    ['192.0.2.255', [192, 0, 2, 255]],
    ['1.2.3', null],
    ['1.2.3.4.5', null],
    ['1.2.3.256', null],
    ['01.2.3.4', null],
    ['1.2.3.', null],
    [' 1.2.3.4', null],
    ['0x1.2.3.4', null],
    ['', null],
  ])('%p -> %p', (text, expected) => expect(parseIpv4(text)).toEqual(expected));
});

describe('parseIpv6 and formatIpv6 (RFC 4291 section 2.2, RFC 5952)', () => {
  it.each([
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['1:2:3:4:5:6:1.2.3.4', '1:2:3:4:5:6:102:304'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
  ])('%s is %s', (text, short) => {
    expect(formatIpv6(parseIpv6(text) as number[])).toBe(short);
  });

  it.each([
    '',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1.2.3',
    '1.2.3.4::',
    '::1.2.3.4:5',
    '1:',
    ':1',
    'fe80::1%eth0',
    '[::1]',
  ])('%p is none', (text) => expect(parseIpv6(text)).toBeNull());
});

describe('struct sockaddr', () => {
  it.each<[string, Address]>([
    ['a host name', { family: 'ipv4', host: 'localhost', port: 80 }],
    ['a broken IPv6 address', { family: 'ipv6', host: '::g', port: 80 }],
    ['a port above 65535', { family: 'ipv4', host: '127.0.0.1', port: 65536 }],
    ['a negative port', { family: 'ipv6', host: '::1', port: -1 }],
    ['half a port', { family: 'ipv4', host: '127.0.0.1', port: 80.5 }],
    ['an empty path', { family: 'unix', path: '' }],
    ['a path with NUL', { family: 'unix', path: '/run/a\0b' }],
    ['a path that is too long', { family: 'unix', path: `/${'x'.repeat(UNIX_PATH_MAX)}` }],
  ])('does not hold %s', (_name, address) => expect(writeSockaddr(bytes, address)).toBe(-1));

  it.each<[Address, string]>([
    [{ family: 'ipv4', host: '192.0.2.7', port: 1 }, '192.0.2.7'],
    [{ family: 'ipv6', host: '2001:db8::7', port: 1 }, '2001:db8::7'],
    [{ family: 'ipv6', host: '::ffff:192.0.2.7', port: 1 }, '192.0.2.7'],
    [{ family: 'ipv6', host: '::ffff:0:7', port: 1 }, '0.0.0.7'],
    [{ family: 'ipv6', host: '::ffff:0:102:304', port: 1 }, '::ffff:0:102:304'],
    [{ family: 'ipv6', host: '::ffff:1', port: 1 }, '::ffff:1'],
    [{ family: 'unix', path: '/run/x' }, 'unix:'],
  ])('names the caller %j as %s', (address, name) => {
    expect(peerName(bytes, writeSockaddr(bytes, address))).toBe(name);
  });

  it('names a caller without an address (an unbound unix socket)', () => {
    expect(peerName(bytes, 0)).toBe('unix:');
  });
});

describe('formatAddress', () => {
  it.each<[Address, string]>([
    [{ family: 'ipv4', host: '127.0.0.1', port: 80 }, '127.0.0.1:80'],
    [{ family: 'ipv6', host: '::1', port: 8080 }, '[::1]:8080'],
    [{ family: 'unix', path: '/run/webserv.sock' }, 'unix:/run/webserv.sock'],
  ])('writes %j as %s', (address, text) => expect(formatAddress(address)).toBe(text));
});
