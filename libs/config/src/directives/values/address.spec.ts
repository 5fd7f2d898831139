import { parseListen } from './address.ts';

describe('parseListen', () => {
  it.each([
    ['80', 'ipv4', '0.0.0.0', 80, '0.0.0.0:80'],
    ['0', 'ipv4', '0.0.0.0', 0, '0.0.0.0:0'],
    ['65535', 'ipv4', '0.0.0.0', 65_535, '0.0.0.0:65535'],
    ['127.0.0.1', 'ipv4', '127.0.0.1', 80, '127.0.0.1:80'],
    ['localhost:81', 'ipv4', '127.0.0.1', 81, '127.0.0.1:81'],
    ['*:82', 'ipv4', '0.0.0.0', 82, '0.0.0.0:82'],
    ['*', 'ipv4', '0.0.0.0', 80, '0.0.0.0:80'],
    ['[::]', 'ipv6', '::', 80, '[::]:80'],
    ['[0:0:0:0:0:0:0:1]:83', 'ipv6', '::1', 83, '[::1]:83'],
    ['[FE80::0A]:83', 'ipv6', 'fe80::a', 83, '[fe80::a]:83'],
    ['unix:/run/a.sock', 'unix', '', 0, 'unix:/run/a.sock'],
  ])('%s', (text, family, host, port, key) => {
    const path = family === 'unix' ? '/run/a.sock' : '';
    expect(parseListen(text)).toEqual({
      family,
      host,
      port,
      path,
      tls: false,
      h2c: false,
      proxyProtocol: false,
      text,
      key,
    });
  });

  it.each([
    ['127.0.0.1', '127.0.0.1:443'],
    ['[::1]', '[::1]:443'],
    ['8443', '0.0.0.0:8443'],
    ['unix:/run/a.sock', 'unix:/run/a.sock'],
  ])('%s with tls is %s', (text, key) => {
    expect(parseListen(text, true)).toMatchObject({ tls: true, key });
  });

  it.each([
    '',
    ':',
    ':80',
    '65536',
    '080.0.0.1:80',
    '1.2.3:80',
    '1.2.3.4:',
    '1.2.3.4:x',
    '1.2.3.4:80:80',
    '-1',
    '::1',
    '[::1',
    '[::1]80',
    '[::1]:',
    '[1.2.3.4]:80',
    '[::1%eth0]:80',
    '[example]:80',
    'example.org:80',
    'unix:',
    `unix:/${'x'.repeat(104)}`,
  ])('refuses %j and says why', (text) => {
    expect(parseListen(text)).toEqual(expect.any(String));
  });
});
