import { X509Certificate } from 'node:crypto';
import { openSsl } from '@webserv/event-loop/openssl';
import { OPTION } from './constants.ts';
import { makeCertificate } from './testing/made-certificate.ts';
import { anyCertificate, Pair } from './testing/pair.ts';
import { TicketKeys } from './ticket-keys.ts';
import { TlsContext, type TlsOptions } from './tls-context.ts';
import { TlsError } from './tls-error.ts';

const openssl = openSsl();
const ecdsa = makeCertificate({ name: 'a.test' });
const rsa = makeCertificate({ name: 'a.test', kind: 'rsa' });
const authority = makeCertificate({ name: 'An authority', authority: true });
const { chain, key } = anyCertificate;

function errorOf(options: Partial<TlsOptions>): TlsError {
  try {
    new TlsContext(openssl, { certificates: [anyCertificate], ...options }).dispose();
  } catch (error) {
    if (error instanceof TlsError) return error;
    throw error;
  }
  throw new Error('no error');
}

describe('TlsContext', () => {
  it.each<[string, Partial<TlsOptions>, string, number, RegExp]>([
    ['no certificate', { certificates: [] }, 'certificates', -1, /give at least one/],
    [
      'an empty chain',
      { certificates: [{ chain: '', key }] },
      'chain',
      0,
      /^no certificate in PEM: expected/,
    ],
    [
      'a second chain that is none',
      { certificates: [anyCertificate, { chain: 'x', key }] },
      'chain',
      1,
      /^no certificate in PEM/,
    ],
    [
      'half a certificate',
      { certificates: [{ chain: chain.slice(0, 200), key }] },
      'chain',
      0,
      /^certificate 1 cannot be read: /,
    ],
    [
      'half a chain',
      { certificates: [{ chain: chain + chain.slice(0, 200), key }] },
      'chain',
      0,
      /^certificate 2 cannot be read: /,
    ],
    ['no key', { certificates: [{ chain, key: chain }] }, 'key', 0, /^no private key in PEM: expected/],
    [
      'half a key',
      { certificates: [{ chain, key: key.slice(0, 60) }] },
      'key',
      0,
      /^the key cannot be read: /,
    ],
    [
      'the key of another',
      { certificates: [{ chain, key: ecdsa.key }] },
      'key',
      0,
      /^the key does not belong to the first certificate/,
    ],
    [
      'the key of another kind',
      { certificates: [{ chain, key: rsa.key }] },
      'key',
      0,
      /^the key does not belong/,
    ],
    [
      'an encrypted key',
      {
        certificates: [
          {
            chain,
            key: ecdsa.privateKey
              .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
              .toString(),
          },
        ],
      },
      'key',
      0,
      /^the key is encrypted.*openssl pkey/,
    ],
    [
      'no known cipher',
      { ciphers: 'NONE-SUCH' },
      'ciphers',
      -1,
      /^OpenSSL knows no cipher of the list 'NONE-SUCH'/,
    ],
    [
      'versions in the wrong order',
      { oldest: 'TLSv1.3', newest: 'TLSv1.2' },
      'versions',
      -1,
      /TLSv1.3 is newer/,
    ],
    ['a protocol without a name', { protocols: [''] }, 'protocols', -1, /1 to 255 bytes/],
    [
      'no authority',
      { clientCertificates: { authorities: 'x', required: true } },
      'authorities',
      -1,
      /^no certificate in PEM/,
    ],
  ])('refuses %s, in one line', (_what, options, part, certificate, message) => {
    const error = errorOf(options);
    expect([error.part, error.certificate, error.message]).toEqual([
      part,
      certificate,
      expect.stringMatching(message),
    ]);
    expect(error.message).not.toContain('\n');
  });

  it.each([
    ['ECDHE-ECDSA-AES128-GCM-SHA256', ecdsa],
    ['ECDHE-RSA-AES256-GCM-SHA384', rsa],
  ])('gives a client of %s the certificate that it can check', (ciphers, made) => {
    const certificates = [ecdsa, rsa].map((each) => ({ chain: each.certificate, key: each.key }));
    const pair = new Pair(openssl, { certificates }, { version: 'TLSv1.2', ciphers }).settle();
    expect(pair.session.facts?.cipher).toBe(ciphers);
    expect(pair.client.certificate()).toBe(made.certificate);
  });

  it('has what every client of HTTP/2 over TLS 1.2 has (RFC 9113, section 9.2.2)', () => {
    const certificates = [{ chain: rsa.certificate, key: rsa.key }];
    const wish = { version: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', groups: 'P-256' } as const;
    const { session } = new Pair(openssl, { certificates }, wish).settle();
    expect([session.failure, session.facts?.cipher]).toEqual(['', wish.ciphers]);
  });

  it('compresses no records (RFC 9113, section 9.2.1)', () => {
    const context = new TlsContext(openssl, { certificates: [anyCertificate] });
    expect(openssl.SSL_CTX_set_options(context.handle, 0) & OPTION.NO_COMPRESSION).not.toBe(0);
    context.dispose();
  });

  it.each([1, 2])('does not speak TLS 1.0 and 1.1 (RFC 9113, section 9.2): version 3.%i', (minor) => {
    const pair = new Pair(openssl, {}, { version: 'TLSv1.2' });
    pair.client.goOn();
    const hello = pair.client.take();
    // The version of the hello itself, behind the headers of the record and of the message.
    hello[10] = minor;
    pair.feed(hello);
    expect(pair.session.failure).toMatch(/unsupported protocol/);
  });

  it('sends the whole chain, in order', () => {
    const made = makeCertificate({ name: 'a.test', issuer: authority });
    const pair = new Pair(openssl, {
      certificates: [
        { chain: `text between\n${made.certificate}and more\n${authority.certificate}`, key: made.key },
      ],
    }).settle();
    expect(pair.client.certificate()).toBe(made.certificate);
    expect(pair.client.chainLength()).toBe(2);
  });

  it.each([
    [{ newest: 'TLSv1.2' } as const, 'TLSv1.2'],
    [{ oldest: 'TLSv1.3' } as const, 'TLSv1.3'],
  ])('speaks only the versions of %j', (options, version) => {
    expect(new Pair(openssl, options).settle().session.facts?.version).toBe(version);
    const other = version === 'TLSv1.2' ? 'TLSv1.3' : 'TLSv1.2';
    expect(new Pair(openssl, options, { version: other }).settle().session.failure).toMatch(
      /unsupported protocol/,
    );
  });

  it('agrees keys by the hybrid with ML-KEM where OpenSSL has it', () => {
    const expected = openssl.number >= 0x30500000 ? 'X25519MLKEM768' : 'x25519';
    expect(new Pair(openssl).settle().session.facts?.group).toBe(expected);
  });

  describe('with certificates of clients', () => {
    const good = makeCertificate({ name: 'Jane', issuer: authority });
    const bad = makeCertificate({ name: 'Joe' });
    const of = (made: typeof good): { chain: string; key: string } => ({
      chain: made.certificate,
      key: made.key,
    });
    const asked = (required: boolean): Partial<TlsOptions> => ({
      clientCertificates: { authorities: authority.certificate, required },
    });

    it.each(['TLSv1.2', 'TLSv1.3'] as const)('knows who the client is (%s)', (version) => {
      for (const required of [true, false]) {
        const pair = new Pair(openssl, asked(required), { certificate: of(good), version }).settle();
        expect(pair.session.failure).toBe('');
        const client = pair.session.facts?.client;
        expect(client?.fault).toBe('');
        expect(new X509Certificate(client?.pem ?? '').subject).toBe('CN=Jane');
      }
    });

    it('required: refuses a client without one, and one that nobody vouches for', () => {
      const without = new Pair(openssl, asked(true)).settle();
      expect(without.session.failure).toMatch(/did not return a certificate/);
      const other = new Pair(openssl, asked(true), { certificate: of(bad) }).settle();
      expect(other.session.failure).toMatch(/certificate verify failed/);
    });

    it('optional: says what is wrong, and goes on', () => {
      expect(new Pair(openssl, asked(false)).settle().session.facts?.client).toBeNull();
      const other = new Pair(openssl, asked(false), { certificate: of(bad) }).settle();
      expect(other.session.facts?.client?.fault).toMatch(/self[- ]signed certificate/);
    });

    it('resumes no session of a server that asks for none', () => {
      const tickets = new TicketKeys(openssl, [TicketKeys.random(openssl)]);
      const open = new Pair(openssl, { tickets }).settle().say('with tickets');
      const session = open.client.session();
      const pair = new Pair(openssl, { tickets, ...asked(true) }, { session }).settle();
      expect([pair.session.isOpen, pair.session.facts?.resumed ?? false]).toEqual([false, false]);
    });
  });

  describe('with tickets', () => {
    const resumedBy = (tickets: TicketKeys, session: number, identity = ''): boolean | undefined =>
      new Pair(openssl, { tickets, identity }, { session }).settle().session.facts?.resumed;

    it('keys may be exchanged while sessions live', () => {
      const [first, second, third] = [1, 2, 3].map(() => Buffer.from(TicketKeys.random(openssl)));
      const tickets = new TicketKeys(openssl, [first]);
      const session = new Pair(openssl, { tickets }).settle().say('with tickets').client.session();
      tickets.replace([second, first]);
      expect(resumedBy(tickets, session)).toBe(true);
      tickets.replace([third, second]);
      expect(resumedBy(tickets, session)).toBe(false);
      // Another process that has got the same key.
      expect(resumedBy(new TicketKeys(openssl, [first]), session)).toBe(true);
    });

    it('a session is resumed only by the server that it was begun with', () => {
      const tickets = new TicketKeys(openssl, [TicketKeys.random(openssl)]);
      const session = new Pair(openssl, { tickets, identity: 'a' }).settle().say('x').client.session();
      expect([resumedBy(tickets, session, 'a'), resumedBy(tickets, session, 'b')]).toEqual([true, false]);
    });

    it.each([
      [[], /at least one/],
      [[Buffer.alloc(48)], /has 80 bytes; this one has 48/],
    ])('refuses keys that are none', (keys, message) => {
      expect(() => new TicketKeys(openssl, keys)).toThrow(message);
    });
  });
});
