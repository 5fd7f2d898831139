import type { OpenSsl } from '@webserv/event-loop/openssl';
import { makeCertificate } from './testing/made-certificate.ts';
import { anyCertificate, Pair } from './testing/pair.ts';
import { TicketKeys } from './ticket-keys.ts';
import { TlsContext } from './tls-context.ts';

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
      context.dispose();
      pair.settle();
      pair.client.write('hello');
      expect(pair.settle().received).toBe('hello');
      expect(() => context.handle).toThrow('disposed of');
    });
  });
}
