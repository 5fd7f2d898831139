import { connect as connectHttp2, type OutgoingHttpHeaders } from 'node:http2';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { Peer } from '../../testing/peer.ts';
import type { Ask, Way } from './explain-plan.ts';

/** The server that clients name in their handshake: that of the first server of each plan. */
const SERVER_NAME = 'a.test';

/** Asks a server. @returns the lines of the head of its answer; none if there is no answer */
export async function headOf(way: Way, host: string, port: number, ask: Ask): Promise<string[]> {
  if (way === 'h2' || way === 'h2c') return inHttp2(way === 'h2', host, port, ask);
  const { method, target, fields, body } = ask;
  const peer =
    way === 'https'
      ? await Peer.secure(port, { host, servername: SERVER_NAME, ALPNProtocols: ['http/1.1'] })
      : await Peer.open(port, host);
  const lines = [`${method} ${target} HTTP/1.1`, ...fields, '', ''];
  peer.send(lines.join('\r\n')).send(Buffer.alloc(body));
  // Over TLS an end is one of both directions.
  if (way === 'https') await peer.until(endsHead);
  const received = await peer.finish().rest();
  const text = received.toString('latin1').replace(INTERIM, '');
  return (text.split('\r\n\r\n')[0] ?? '').split('\r\n');
}

const INTERIM = /^HTTP\/1\.1 100 .*\r\n\r\n/;

function endsHead(bytes: Buffer): boolean {
  return bytes.toString('latin1').replace(INTERIM, '').includes('\r\n\r\n');
}

function inHttp2(tls: boolean, host: string, port: number, ask: Ask): Promise<string[]> {
  const session = connectHttp2(`${tls ? 'https' : 'http'}://${SERVER_NAME}`, {
    createConnection: () =>
      tls
        ? connectTls({
            host,
            port,
            servername: SERVER_NAME,
            rejectUnauthorized: false,
            ALPNProtocols: ['h2'],
          })
        : connect(port, host),
  });
  return new Promise((resolve, reject) => {
    session.on('error', reject);
    const head: OutgoingHttpHeaders = { ':method': ask.method, ':path': ask.target };
    for (const field of ask.fields) {
      const [name = '', value = ''] = field.split(/: (.*)/);
      head[name === 'Host' ? ':authority' : name.toLowerCase()] = value;
    }
    const stream = session.request(head, { endStream: ask.body === 0 });
    let lines: string[] = [];
    // Node hands over the fields as they came, too.
    stream.on('response', (_fields: unknown, _flags: number, raw: readonly string[] = []) => {
      lines = raw.flatMap((name, at) => (at % 2 === 0 ? `${name}: ${raw[at + 1]}` : []));
    });
    stream.on('error', () => {});
    stream.resume();
    stream.on('close', () => {
      session.close();
      const [status = '', ...fields] = lines;
      resolve(status === '' ? [] : [status.replace(':status: ', 'HTTP/2 '), ...fields]);
    });
    if (ask.body > 0) stream.end(Buffer.alloc(ask.body));
  });
}
