import { protocolsOf, serverNameOf } from './client-hello.ts';

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

describe('serverNameOf', () => {
  it.each([
    ['0006 00 0003 612e42', 'a.b'],
    ['', ''],
    ['0006 01 0003 612e62', ''],
    ['0006 00 0004 612e62', ''],
    ['0005 00 0003 612e62', ''],
    ['0006 00 0003 612e62 00', ''],
  ])('of %s is %j', (body, name) => {
    expect(serverNameOf(hex(body))).toBe(name);
  });

  it('of no extension is none', () => {
    expect(serverNameOf(null)).toBe('');
  });
});

describe('protocolsOf', () => {
  it.each([
    ['000c 02 6832 08 687474702f312e31', ['h2', 'http/1.1']],
    ['0003 02 6832', ['h2']],
    ['0003 05 6832', []],
    ['00', []],
  ])('of %s are %j', (body, names) => {
    expect(protocolsOf(hex(body))).toEqual(names);
  });

  it('of no extension are none', () => {
    expect(protocolsOf(null)).toEqual([]);
  });
});
