import fc from 'fast-check';
import {
  type Address,
  formatIpv6,
  parseIpv6,
  readSockaddr,
  SOCKADDR_SIZE,
  UNIX_PATH_MAX,
  writeSockaddr,
} from './address.ts';

const bytes = Buffer.alloc(SOCKADDR_SIZE);

describe('parseIpv6 and formatIpv6 (RFC 4291 section 2.2, RFC 5952)', () => {
  it('round-trips every address', () => {
    const groups = fc.array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(fc.property(groups, (address) => expect(parseIpv6(formatIpv6(address))).toEqual(address)));
  });
});

describe('struct sockaddr', () => {
  const port = fc.integer({ min: 0, max: 65535 });
  const ipv4 = fc.record({ family: fc.constant('ipv4' as const), host: fc.ipV4(), port });
  const ipv6 = fc
    .tuple(fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }), port)
    .map(([groups, number]) => ({ family: 'ipv6' as const, host: formatIpv6(groups), port: number }));
  const unix = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
    .filter((path) => !path.includes('\0') && Buffer.byteLength(path) <= UNIX_PATH_MAX)
    .map((path) => ({ family: 'unix' as const, path }));

  it('holds any address and gives it back', () => {
    fc.assert(
      fc.property(fc.oneof(ipv4, ipv6, unix), (address: Address) => {
        bytes.fill(0xee);
        const length = writeSockaddr(bytes, address);
        expect(length).toBeGreaterThan(2);
        expect(readSockaddr(bytes, length)).toEqual(address);
      }),
    );
  });
});
