import { isIPv6 as isNodeIPv6 } from 'node:net';
import fc from 'fast-check';
import { bytesOf } from '../testing/feeding.ts';
import { hostEnd, isIPv6, normalHost, readPort } from './host.ts';

function ipv6(text: string): boolean {
  return isIPv6(bytesOf(text), 0, text.length);
}

describe('IPv6', () => {
  it.each([
    '::',
    '::1',
    '1::',
    '1::8',
    '1:2:3:4:5:6:7:8',
    '1:2:3:4:5:6:7::',
    '::2:3:4:5:6:7:8',
    '1::3:4:5:6:7:8',
    'ABCD::ef01',
    '::1.2.3.4',
    '::ffff:255.255.255.255',
    '1:2:3:4:5:6:1.2.3.4',
    '1::6:1.2.3.4',
    '0000:0::00',
  ])('%s', (text) => {
    expect(ipv6(text)).toBe(true);
  });

  it.each([
    '',
    ':',
    ':::',
    '1',
    '1:',
    ':1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '1::2::3',
    '12345::',
    'g::',
    '1:::2',
    '::1.2.3',
    '::1.2.3.4.5',
    '::256.1.1.1',
    '::01.2.3.4',
    '1.2.3.4',
    '::1.2.3.4:5',
    '1:2:3:4:5:6:7:1.2.3.4',
    '::1.2.3.',
    '::a.1.2.3',
    '::1%eth0',
    ' ::1',
    '::1 ',
  ])('not %j', (text) => {
    expect(ipv6(text)).toBe(false);
  });

  it('is what the platform takes for it', () => {
    const group = fc.oneof(
      fc.stringMatching(/^[0-9a-fA-F]{1,5}$/),
      fc.constantFrom('', '', '1.2.3.4', '256.0.0.1'),
    );
    fc.assert(
      fc.property(fc.array(group, { maxLength: 9 }), (groups) => {
        const text = groups.join(':');
        return ipv6(text) === isNodeIPv6(text);
      }),
      { numRuns: 5000 },
    );
  });
});

it.each([
  ['a', 1, -1],
  ['a:', 1, -1],
  ['a:80', 1, 80],
  ['a:65535', 1, 65_535],
  ['a:65536', 1, -2],
  ['a:8x', 1, -2],
  ['a:+8', 1, -2],
  ['[::1]:443', 5, 443],
  ['%41:1', 3, 1],
  ['%4', -1, 0],
  ['', -1, 0],
  ['a b', -1, 0],
])('%j ends its host at %i and has port %i', (text, end, port) => {
  const bytes = bytesOf(text);
  expect(hostEnd(bytes, 0, bytes.length)).toBe(end);
  if (end >= 0) expect(readPort(bytes, end, bytes.length)).toBe(port);
});

it.each([
  ['example.com', 'example.com'],
  ['EXAMPLE.com.', 'example.com'],
  ['[::A]', '[::a]'],
  ['a..', 'a.'],
])('%j is compared as %j', (text, normal) => {
  expect(normalHost(bytesOf(`>>${text}<`), 2, text.length + 2, `>${text}<`, 1)).toBe(normal);
});
