import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { formatIp, isIpv4, parseIp } from './ip-address.ts';
import { has, isWithin, type Network, parseNetwork } from './network.ts';

function network(text: string): Network {
  const read = parseNetwork(text);
  if ('message' in read) throw new Error(`${text}: ${read.message}`);
  return read;
}

/** Numbers that depend on the seed alone. */
function* numbers(seed: number): Generator<number> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state >>> 8;
  }
}

describe('parseIp', () => {
  it.each([
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['::', '::'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['64:ff9b::192.0.2.33', '64:ff9b::c000:221'],
    ['::fffe:0:1', '::fffe:0:1'],
  ])('%s is %s', (text, expected) => {
    const ip = parseIp(text);
    expect(ip === null ? null : formatIp(ip)).toBe(expected);
  });

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '01.2.3.4',
    '1.2.3.256',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '1.2.3.4.',
    '1.2.3.00',
    '1.2.3.٤',
    '1.2.3.-4',
    ' 1.2.3.4',
    '1.2.3.4:80',
    '[::1]',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '::1:2:3:4:5:6:7:8',
    '12345::',
    'g::',
    '1.2.3.4::',
    'fe80::1%eth0',
    '::1.2.3',
    `${'0:'.repeat(40)}1`,
  ])('%j is none', (text) => {
    expect(parseIp(text)).toBeNull();
  });

  it('agrees with node:net on IPv4, and writes what it has read', () => {
    const number = fc.oneof(
      fc.integer({ min: 0, max: 300 }).map(String),
      fc.constantFrom('', '00', '01', ' 1', '1a'),
    );
    const text = fc.array(number, { minLength: 3, maxLength: 5 }).map((numbers) => numbers.join('.'));
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), text), (each) => {
        const ip = parseIp(each);
        expect(ip === null ? null : formatIp(ip)).toBe(isIPv4(each) ? each : null);
      }),
      { numRuns: 2000 },
    );
  });

  it('reads what formatIp writes', () => {
    const random = numbers(7);
    for (let turn = 0; turn < 2000; turn++) {
      const kind = (random.next().value as number) % 3;
      const ip = new Uint8Array(16);
      for (let at = 0; at < 16; at++) {
        const byte = random.next().value as number;
        // Runs of zeros are what the text shortens.
        ip[at] = byte % 3 === 0 || (kind === 1 && at < 10) ? 0 : byte & 0xff;
      }
      if (kind === 1) ip.set([0xff, 0xff], 10);
      expect(isIpv4(ip)).toBe(kind === 1 || (kind !== 1 && isIpv4(ip)));
      expect(parseIp(formatIp(ip))).toEqual(ip);
    }
  });
});

describe('parseNetwork', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8', 104],
    ['192.0.2.1', '192.0.2.1', 128],
    ['0.0.0.0/0', '0.0.0.0/0', 96],
    ['::/0', '::/0', 0],
    ['2001:DB8::/32', '2001:db8::/32', 32],
    ['::ffff:10.0.0.0/104', '10.0.0.0/8', 104],
    ['unix:', 'unix:', 0],
  ])('%s is %s', (text, expected, bits) => {
    expect(network(text)).toMatchObject({ text: expected, bits });
  });

  it.each([
    ['10.0.0.1/8', '10.0.0.0/8'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['10.0.0.0/33', null],
    ['::/129', null],
    ['10.0.0.0/', null],
    ['10.0.0.0/-1', null],
    ['10/8', null],
    ['example.org', null],
    ['', null],
  ])('%s is none', (text, suggestion) => {
    expect(parseNetwork(text)).toMatchObject({ message: expect.any(String), suggestion });
  });

  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.0', false],
    ['10.0.0.0/8', '::ffff:10.1.2.3', true],
    ['192.0.2.128/25', '192.0.2.127', false],
    ['192.0.2.128/25', '192.0.2.128', true],
    ['0.0.0.0/0', '::1', false],
    ['::/0', '192.0.2.1', true],
    ['2001:db8::/33', '2001:db8:7fff::1', true],
    ['2001:db8::/33', '2001:db8:8000::1', false],
    ['::1', '::2', false],
  ])('%s has %s: %s', (text, ip, expected) => {
    expect(has(network(text), parseIp(ip))).toBe(expected);
  });

  it('tells the clients of unix sockets from all others', () => {
    const networks = [network('::/0'), network('unix:')];
    expect(isWithin(networks.slice(0, 1), null)).toBe(false);
    expect(isWithin(networks, null)).toBe(true);
    expect(isWithin(networks.slice(1), parseIp('::'))).toBe(false);
  });

  it('has exactly the addresses that share its bits', () => {
    const random = numbers(11);
    for (let turn = 0; turn < 2000; turn++) {
      const bits = (random.next().value as number) % 129;
      const ip = Uint8Array.from({ length: 16 }, () => (random.next().value as number) & 0xff);
      const first = ip.map(
        (byte, at) => byte & (bits >= 8 * at + 8 ? 0xff : bits <= 8 * at ? 0 : 0xff00 >> (bits - 8 * at)),
      );
      const one = { text: '', first, bits };
      expect(has(one, ip)).toBe(true);
      if (bits === 0) continue;
      const flipped = ip.slice();
      const bit = (random.next().value as number) % bits;
      flipped[bit >> 3] ^= 0x80 >> (bit & 7);
      expect(has(one, flipped)).toBe(false);
    }
  });
});
