import { Memory } from '@webserv/event-loop';
import { openSsl } from '@webserv/event-loop/openssl';
import { TicketKeys, TlsContext, TlsSession } from '@webserv/tls';
import { makeCertificate, TlsClient } from '@webserv/tls/testing';
import type { Random } from '../random.ts';
import { deliver, splitsOf } from '../splits.ts';
import { claim, same, type Target } from '../target.ts';

const openssl = openSsl();
const made = makeCertificate({ name: 'a.test' });
const context = new TlsContext(openssl, {
  certificates: [{ chain: made.certificate, key: made.key }],
  protocols: ['h2', 'http/1.1'],
  tickets: new TicketKeys(openssl, [Buffer.alloc(80, 7)]),
  choose: () => null,
});
const room = Memory.allocate(256 << 10);
const sealed = Memory.allocate(80 << 10);

/** What a session makes of bytes. Its keys and signatures differ each time, and so does what it sends. */
interface Outcome {
  readonly data: string;
  readonly failure: string;
  readonly isText: boolean;
  readonly ended: boolean;
  readonly speaks: boolean;
}

function feed(session: TlsSession, parts: readonly Buffer[]): string {
  let data = '';
  deliver(parts, (bytes, start, end) => {
    const count = session.receive(bytes, start, end, room, 0);
    data += room.bytes.toString('latin1', 0, count);
    claim(context.passage.isEmpty, 'a session has left bytes behind');
    return true;
  });
  return data;
}

/** OpenSSL's client hellos of both versions, with ALPN and a name. */
const HELLOS = [
  'FgMBAJ8BAACbAwP/07Kf9a1R6p0pp3ep3PXx1eOpUe3LoUSEicUV+wiD7gAAAsArAQAAcP8BAAEAAAAACwAJAAAGYS50ZXN0AAsABAMAAQIACgAEAAIAHQAjAAAAEAAOAAwCaDIIaHR0cC8xLjEAFgAAABcAAAANACoAKAQDBQMGAwgHCAgICQgKCAsIBAgFCAYEAQUBBgEDAwMBAwIEAgUCBgI=',
  'FgMBAPUBAADxAwNMjAEK8d7AD08O5P8cJzDQ+ktYXBdneLSSP0kJMo2TyyD9rkZrr5iezk5RMWUcsjMdJV+s5PUA046ZFtdFJ30qrgAGEwITAxMBAQAAogAAAAsACQAABmEudGVzdAALAAQDAAECAAoABAACAB0AIwAAABAADgAMAmgyCGh0dHAvMS4xABYAAAAXAAAADQAqACgJBQkGCQQEAwUDBgMIBwgICBoIGwgcCAkICggLCAQIBQgGBAEFAQYBACsAAwIDBAAtAAIBAQAzACYAJAAdACCwEkWosZqwDB8Fd758eW7x/pm4ApEjiZxvZtxxqZXURw==',
].map((text) => Buffer.from(text, 'base64').toString('latin1'));

/** What a stranger sends first: whatever it is, in whatever pieces, the session is the same afterwards. */
export const hello: Target = {
  name: 'hello',
  seeds: [...HELLOS, 'GET / HTTP/1.1\r\n\r\n', '\x16\x03\x01\xff\xff', '\x15\x03\x01\x00\x02\x02\x28'],
  words: [
    '\x16\x03\x01',
    '\x16\x03\x03\x00\x01',
    '\x14\x03\x03\x00\x01\x01',
    '\x15\x03\x03\x00\x02\x01\x00',
    '\x17\x03\x03\x00\x11',
    '\x00\x00\x00\x0b\x00\x09\x00\x00\x06a.test',
    '\x00\x10\x00\x0e\x00\x0c\x02h2\x08http/1.1',
    '\x00\x10\x00\x05\x00\x03\x02h3',
    '\x00\x2b\x00\x03\x02\x03\x04',
    '\x00\x29\x00\x00',
    '\x00\x2a\x00\x00',
    '\x00\x23\x00\x00',
    '\x01\x00\x00\x04',
  ],
  run(input) {
    const outcomes = splitsOf(input).map((parts): Outcome => {
      const session = new TlsSession(context);
      const data = feed(session, parts);
      const { failure, isText, ended, output } = session;
      session.free();
      return { data, failure, isText, ended, speaks: output.length > 0 };
    });
    const [whole] = outcomes;
    claim(whole !== undefined && whole.data === '', 'data without a handshake');
    for (const outcome of outcomes) {
      claim(outcome.data === '' && !outcome.ended, 'data, or an end, without a handshake');
      // A bound is met at another place where the records come one by one.
      if (outcome.failure.endsWith('no handshake') || whole.failure.endsWith('no handshake')) continue;
      same(outcome, whole, 'another outcome of the same bytes');
    }
  },
};

/**
 * What a client does behind its handshake, one letter an act: `d` sends data, `k` changes its key, `e` says close_notify,
 * `g` sends bytes that are no record of it (the letters up to the next `g`), `a` has the server answer.
 */
export const records: Target = {
  name: 'records',
  seeds: [
    'ddadd',
    'dkdkad',
    'deda',
    'dg\x17\x03\x03\x00\x05hellogd',
    'g\x15\x03\x03\x00\x02\x01\x00gd',
    'kkkkkkkk',
    'eae',
  ],
  words: [
    'd',
    'k',
    'e',
    'a',
    'g',
    '\x17\x03\x03',
    '\x16\x03\x03',
    '\x15\x03\x03\x00\x02\x01\x00',
    '\x00\x00',
    '\xff\xff',
  ],
  generate: (random: Random) =>
    Array.from({ length: 1 + random.below(40) }, () => 'ddddkaeg'[random.below(8)]).join(''),
  run(input) {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) play(input, version);
  },
};

function play(input: Buffer, version: 'TLSv1.2' | 'TLSv1.3'): void {
  const session = new TlsSession(context);
  const client = new TlsClient(openssl, { version });
  for (let round = 0; round < 3; round++) {
    client.goOn();
    const bytes = client.take();
    feed(session, [bytes]);
    for (const { bytes: down } of session.output.splice(0)) client.receive(down);
  }
  claim(session.isOpen && client.isOpen, `no handshake: ${session.failure} ${client.failure}`);
  const wire: Buffer[] = [];
  let expected = '';
  let isCertain = true;
  let hasEnded = false;
  for (const [index, act] of input.toString('latin1').split('g').entries()) {
    if (index % 2 === 1) {
      if (act !== '') {
        wire.push(Buffer.from(act, 'latin1'));
        // A record that a stranger has put in ends the session at once, or when it is whole.
        isCertain = false;
      }
      continue;
    }
    for (const [at, letter] of [...act].entries()) {
      if (letter === 'd' && !hasEnded) {
        const data = `${index}.${at};`;
        client.write(data);
        if (isCertain) expected += data;
      } else if (letter === 'k' && version === 'TLSv1.3' && !hasEnded) {
        openssl.SSL_key_update(client.ssl, 0);
        openssl.SSL_do_handshake(client.ssl);
      } else if (letter === 'e' && !hasEnded) {
        client.end();
        hasEnded = true;
      }
      wire.push(client.take());
    }
  }
  const bytes = Buffer.concat(wire);
  const parts = splitsOf(bytes)[input.length % 4] ?? [bytes];
  const data = feed(session, parts);
  if (session.failure === '' && isCertain) same(data, expected, 'other data than was sent');
  else claim(expected.startsWith(data), 'data that nobody has sent');
  if (isCertain && session.failure === '') same(session.ended, hasEnded, 'another end');
  const answer = Memory.from('an answer');
  const length = session.seal(answer, 0, answer.size, sealed, 0);
  claim(session.failure === '' || length === 0, 'a failed session that goes on');
  session.end();
  claim(context.passage.isEmpty, 'a session has left bytes behind');
  session.free();
  client.free();
}
