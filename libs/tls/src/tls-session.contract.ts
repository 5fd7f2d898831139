import type { OpenSsl } from '@webserv/event-loop/openssl';
import { Records } from './records.ts';
import { makeCertificate } from './testing/made-certificate.ts';
import { anyCertificate, Pair } from './testing/pair.ts';
import { TlsClient } from './testing/tls-client.ts';
import { TicketKeys } from './ticket-keys.ts';
import { TlsContext } from './tls-context.ts';
import { TlsSession } from './tls-session.ts';

/** The same bytes of a handshake in records of `size` bytes. */
function inRecordsOf(size: number, record: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 5; at < record.length; at += size) {
    const piece = record.subarray(at, at + size);
    pieces.push(Buffer.from([22, 3, 1, piece.length >> 8, piece.length & 0xff]), piece);
  }
  return Buffer.concat(pieces);
}

/** What a session does with any OpenSSL that the probe accepts. */
export function sessionContract(openssl: OpenSsl): void {
  describe('a session', () => {
    describe.each(['TLSv1.2', 'TLSv1.3'] as const)('of %s', (version) => {
      it('carries data both ways', () => {
        const pair = new Pair(openssl, {}, { version }).settle();
        pair.client.write('a question');
        pair.settle().say('an answer');
        expect([pair.received, pair.client.text]).toEqual(['a question', 'an answer']);
        expect([pair.session.failure, pair.client.failure]).toEqual(['', '']);
        expect(pair.session.facts?.version).toBe(version);
      });

      it.each([1, 2, 7, 100])('takes the bytes in pieces of %i', (step) => {
        const pair = new Pair(openssl, {}, { version }).settle(step);
        pair.client.write('x'.repeat(20_000));
        pair.settle(step);
        expect(pair.received).toBe('x'.repeat(20_000));
      });

      it('tells an end from a cut', () => {
        const pair = new Pair(openssl, {}, { version }).settle();
        pair.client.write('the last');
        pair.client.end();
        pair.settle();
        expect([pair.received, pair.session.ended]).toEqual(['the last', true]);
        pair.say('still here');
        expect(pair.client.text).toBe('still here');
      });

      it('says close_notify, and still receives', () => {
        const pair = new Pair(openssl, {}, { version }).settle();
        pair.session.end();
        pair.session.end();
        pair.settle();
        expect(pair.client.ended).toBe(true);
        pair.client.write('late');
        expect(pair.settle().received).toBe('late');
        expect(pair.session.ended).toBe(false);
      });

      it('is resumed by its ticket, and not without keys', () => {
        const tickets = new TicketKeys(openssl, [TicketKeys.random(openssl)]);
        const first = new Pair(openssl, { tickets }, { version }).settle();
        first.say('so that the tickets are read');
        const session = first.client.session();
        const resumed = new Pair(openssl, { tickets }, { version, session }).settle();
        const other = new Pair(openssl, {}, { version, session }).settle();
        expect([first, resumed, other].map((pair) => pair.session.facts?.resumed)).toEqual([
          false,
          true,
          false,
        ]);
      });
    });

    it('chooses the protocol that the server prefers', () => {
      const protocols = ['h2', 'http/1.1'];
      const pair = new Pair(openssl, { protocols }, { protocols: ['http/1.1', 'h2'] }).settle();
      expect(pair.session.facts?.protocol).toBe('h2');
      expect(new Pair(openssl, { protocols }).settle().session.facts?.protocol).toBe('');
    });

    it('refuses a client that offers no protocol of the server (RFC 7301, section 3.2)', () => {
      const pair = new Pair(openssl, { protocols: ['h2'] }, { protocols: ['spdy/3'] }).settle();
      expect(pair.session.failure).toMatch(/^handshake: /);
      expect(pair.client.failure).toMatch(/no application protocol/);
    });

    it('turns to the context of the name', () => {
      const made = makeCertificate({ name: 'b.test', kind: 'rsa' });
      const other = new TlsContext(openssl, {
        certificates: [{ chain: made.certificate, key: made.key }],
        protocols: ['http/1.1'],
      });
      const seen: unknown[] = [];
      const pair = new Pair(
        openssl,
        {
          protocols: ['h2'],
          choose: (hello) => {
            seen.push(hello);
            return hello.serverName === 'b.test' ? other : null;
          },
        },
        { serverName: 'B.test', protocols: ['h2', 'http/1.1'] },
      ).settle();
      expect(seen).toEqual([{ serverName: 'b.test', protocols: ['h2', 'http/1.1'] }]);
      expect(pair.session.facts).toMatchObject({ serverName: 'b.test', protocol: 'http/1.1' });
      expect(pair.session.context).toBe(other);
    });

    it('sees that text is not TLS', () => {
      const pair = new Pair(openssl);
      pair.feed(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
      expect([pair.session.isText, pair.session.failure]).toEqual([true, 'plain text on a TLS port']);
    });

    it('is not disturbed by what others leave in the queue of errors', () => {
      const pair = new Pair(openssl).settle();
      // A failure of somebody else in the same thread.
      openssl.PEM_read_bio_X509(openssl.BIO_new(openssl.BIO_s_mem()), 0, 0, '');
      pair.client.write('one');
      const bytes = pair.client.take();
      pair.feed(bytes.subarray(0, 5));
      pair.feed(bytes.subarray(5));
      expect([pair.received, pair.session.failure]).toEqual(['one', '']);
    });

    it('lives on when its context is disposed of', () => {
      const context = new TlsContext(openssl, { certificates: [anyCertificate] });
      const pair = new Pair(openssl, context);
      pair.client.goOn();
      pair.feed(pair.client.take());
      context.dispose();
      pair.settle();
      pair.client.write('hello');
      expect(pair.settle().received).toBe('hello');
      expect(() => context.handle).toThrow('disposed of');
    });

    it('begins with the context that is in use when the first bytes come', () => {
      const [old, next] = [0, 1].map(() => new TlsContext(openssl, { certificates: [anyCertificate] }));
      const source = { context: old! };
      const session = new TlsSession(source);
      source.context = next!;
      old!.dispose();
      const client = new TlsClient(openssl);
      client.goOn();
      const hello = client.take();
      session.receive(hello, 0, hello.length, openssl.allocate(64 << 10), 0);
      expect([session.context === next, session.failure, session.output.length]).toEqual([true, '', 1]);
      session.free();
    });

    it.each([
      ['h2', 1],
      ['http/1.1', 2],
    ])('gives a client that speaks %s %i tickets', (protocol, count) => {
      const tickets = new TicketKeys(openssl, [TicketKeys.random(openssl)]);
      const options = { tickets, protocols: ['h2', 'http/1.1'] };
      const pair = new Pair(openssl, options, { version: 'TLSv1.3', protocols: [protocol] });
      pair.client.goOn();
      pair.feed(pair.client.take());
      pair.client.receive(pair.output());
      pair.client.goOn();
      pair.feed(pair.client.take());
      const records = new Records();
      const output = pair.output();
      records.scan(output, 0, output.length, 9);
      expect(records.whole).toBe(count);
      pair.client.receive(output);
      pair.client.goOn();
      pair.client.write('x');
      expect(pair.settle().received).toBe('x');
    });

    it('does not take early data (RFC 8446, section 8)', () => {
      const tickets = new TicketKeys(openssl, [TicketKeys.random(openssl)]);
      const pair = new Pair(openssl, { tickets }, { version: 'TLSv1.3' }).settle();
      expect(openssl.SSL_SESSION_get_max_early_data(pair.client.session())).toBe(0);
    });

    it('reports what its choice of a context throws, and lets others go on', () => {
      const choose = (): null => {
        throw new Error('a fault of the choice');
      };
      expect(() => new Pair(openssl, { choose }).settle()).toThrow('a fault of the choice');
      expect(new Pair(openssl).settle().session.isOpen).toBe(true);
    });

    it('takes a record that was changed on its way for none, and says so', () => {
      const pair = new Pair(openssl).settle();
      pair.client.write('something');
      const bytes = pair.client.take();
      bytes[bytes.length - 1] ^= 1;
      pair.feed(bytes);
      expect([pair.received, pair.session.failure]).toEqual(['', expect.stringMatching(/bad record mac/)]);
      pair.client.receive(pair.output());
      expect(pair.client.failure).toMatch(/alert bad record mac/);
      pair.say('nothing');
      expect(pair.client.text).toBe('');
    });

    describe('has bounds:', () => {
      it.each([100, 16, 3])('a hello in records of %i bytes is served', (size) => {
        const pair = new Pair(openssl, {}, { groups: 'X25519' });
        pair.client.goOn();
        pair.feed(inRecordsOf(size, pair.client.take()));
        expect(pair.settle().session.isOpen).toBe(true);
      });

      it('a hello in records of one byte is not', () => {
        const pair = new Pair(openssl, {}, { groups: 'X25519', serverName: `${'a'.repeat(60)}.test` });
        pair.client.goOn();
        pair.feed(inRecordsOf(1, pair.client.take()), 6);
        expect(pair.session.failure).toBe('257 records and no handshake');
      });

      it('a handshake that does not end is given up', () => {
        const pair = new Pair(openssl);
        // A client hello of 16 MiB, as its header says.
        const record = Buffer.alloc(5 + 16_384);
        record.set([22, 3, 1, 0x40, 0, 1, 0xff, 0xff, 0xff]);
        for (let sent = 0; sent < 4; sent++) pair.feed(record);
        expect(pair.session.failure).not.toBe('');
      });

      it.each([
        ['before', false, [22, 3, 1, 0xff, 0xff]],
        ['after', true, [23, 3, 3, 0xff, 0xff]],
      ])('a record that is too long is refused at its header, %s the handshake', (_when, open, header) => {
        const pair = new Pair(openssl);
        if (open) pair.settle();
        pair.feed(Buffer.from(header), 1);
        expect(pair.session.failure).toMatch(/too long|too large|length/);
        expect(pair.output().length).toBeGreaterThan(0);
      });

      it('so many keys may change, and no more', () => {
        const pair = new Pair(openssl, {}, { version: 'TLSv1.3' }).settle();
        pair.changeKeys(32).client.write('x');
        expect(pair.settle().received).toBe('x');
        pair.changeKeys(32);
        expect(pair.session.failure).toBe('');
        pair.changeKeys(1);
        expect(pair.session.failure).toBe('33 records without data');
      });

      it('of keys that change all at once no more are looked at', () => {
        const pair = new Pair(openssl, {}, { version: 'TLSv1.3' }).settle();
        pair.changeKeys(1000);
        expect(pair.session.failure).toBe('33 records without data');
      });

      it('nothing is agreed anew (RFC 5746): the client is told, and the session ends', () => {
        const pair = new Pair(openssl, {}, { version: 'TLSv1.2' }).settle();
        openssl.SSL_renegotiate(pair.client.ssl);
        openssl.SSL_do_handshake(pair.client.ssl);
        pair.feed(pair.client.take());
        expect([pair.session.failure, pair.session.isOpen]).toEqual([
          'the client wants to agree anew',
          false,
        ]);
        const alert = pair.output();
        expect([alert[0], alert.length > 0]).toEqual([21, true]);
        pair.client.receive(alert);
        expect(pair.client.failure).toMatch(/no renegotiation/);
      });
    });
  });
}
