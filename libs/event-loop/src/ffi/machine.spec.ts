import { unfit } from './machine.ts';

it.each([
  ['linux', 'x64', 'LE', ''],
  ['linux', 'arm64', 'LE', ''],
  ['linux', 'riscv64', 'LE', ''],
  ['linux', 'ppc64', 'LE', ''],
  ['darwin', 'arm64', 'LE', ''],
  ['freebsd', 'x64', 'LE', ''],
  ['win32', 'x64', 'LE', 'this is win32'],
  ['linux', 'ia32', 'LE', 'this is ia32'],
  ['linux', 'arm', 'LE', 'this is arm'],
  ['linux', 'mipsel', 'LE', 'this is mipsel'],
  ['linux', 's390x', 'BE', 'this is s390x'],
  ['linux', 'ppc64', 'BE', 'this is a big-endian ppc64'],
  ['linux', 'arm64', 'BE', 'this is a big-endian arm64'],
])('%s on %s, %s: "%s"', (platform, arch, endianness, why) => {
  const said = unfit({ platform, arch, endianness });
  if (why === '') expect(said).toBe('');
  else expect(said).toMatch(new RegExp(`^webserv runs on .*; ${why}$`));
});

it('this machine will do', () => {
  expect(unfit()).toBe('');
});
