import fc from 'fast-check';
import { readCredentials } from './credentials.ts';

const basic = (text: string | Buffer) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('readCredentials', () => {
  it.each([
    [basic('anna:secret'), 'anna', 'secret'],
    [basic('anna:se:cret'), 'anna', 'se:cret'],
    [basic('zoë:sécret'), 'zoë', 'sécret'],
    [`bAsIc  ${Buffer.from('a:b').toString('base64')} `, 'a', 'b'],
  ])('reads %s', (field, user, password) => {
    const credentials = readCredentials(field);
    expect([credentials?.user, credentials?.password.toString()]).toEqual([user, password]);
  });

  it.each([
    '',
    'Basic',
    'Basic !',
    'Bearer abc',
    'Digest username="anna"',
    basic('anna'),
    basic(':secret'),
    basic('anna:'),
    basic('anna:se\0cret'),
    basic('an\nna:secret'),
    basic(Buffer.from('ann\xe9:secret', 'latin1')),
    basic(`anna:${'x'.repeat(256)}`),
    basic(`${'x'.repeat(256)}:secret`),
    `${basic('anna:secret')}, ${basic('ben:secret')}`,
  ])('takes %j for none', (field) => {
    expect(readCredentials(field)).toBeNull();
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void readCredentials(`Basic ${text}`)));
    fc.assert(fc.property(fc.uint8Array(), (bytes) => void readCredentials(basic(Buffer.from(bytes)))));
  });
});
