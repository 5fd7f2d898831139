import { once } from 'node:events';
import { constants } from 'node:http2';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { arrival } from '../http2-wire.ts';
import { askTenFiles, content, expectAnswer, get, insist, type Scenario } from '../scenario.ts';
import { SECURE_HOST } from '../wire.ts';

const PAGE = '/files/page.html';
const LARGE = '/files/large.bin';
const MOST = 300_000;

/** What comes over TLS, by HTTP/1.1 and by HTTP/2. */
export const SECURE: readonly Scenario[] = [
  {
    name: 'https',
    weight: 12,
    run: (stage) => askTenFiles(stage.openSecure(), stage),
  },
  {
    name: 'https, resumed',
    weight: 6,
    async run({ openSecure, site }) {
      const first = openSecure();
      let session: Buffer | undefined;
      first.socket.on('session', (ticket: Buffer) => {
        session = ticket;
      });
      first.send(get(PAGE, 'Connection: close\r\n'));
      expectAnswer(await first.answer(), 200, content(site, PAGE));
      await first.closed();
      const second = openSecure(session);
      second.send(get(PAGE));
      expectAnswer(await second.answer(), 200, content(site, PAGE));
      insist((second.socket as TLSSocket).isSessionReused(), 'a session that was not resumed');
      return 2;
    },
  },
  {
    name: 'https, gone in the handshake',
    weight: 3,
    async run({ securePort, random }) {
      const socket = connect({ port: securePort, host: SECURE_HOST });
      await once(socket, 'connect');
      // The header of a record of 512 bytes, which never come.
      socket.write(Buffer.from([22, 3, 1, 2, 0]));
      // A reset meanwhile is a failure.
      await Promise.race([delay(random.below(200)), once(socket, 'close')]);
      socket.destroy();
      return 0;
    },
  },
  {
    name: 'http2',
    weight: 12,
    async run({ openHttp2, site, random }) {
      const wire = openHttp2();
      const paths = Array.from({ length: 20 }, () => random.pick([...site.files.keys()]));
      const answers = await Promise.all(paths.map((path) => wire.ask(path)));
      for (const [index, answer] of answers.entries())
        expectAnswer(answer, 200, content(site, paths[index] as string));
      return answers.length;
    },
  },
  {
    name: 'http2, uploads',
    weight: 5,
    async run({ openHttp2, random, name }) {
      const wire = openHttp2();
      const files = Array.from({ length: 3 }, () => [name(), random.bytes(random.below(MOST))] as const);
      const stored = files.map(([file, bytes]) => wire.ask(`/up/${file}`, { ':method': 'POST' }, bytes));
      for (const answer of await Promise.all(stored)) expectAnswer(answer, 201);
      for (const [file, bytes] of files) {
        expectAnswer(await wire.ask(`/up/${file}`), 200, bytes);
        expectAnswer(await wire.ask(`/up/${file}`, { ':method': 'DELETE' }), 204);
      }
      return 3 * files.length;
    },
  },
  {
    name: 'http2, scripts',
    weight: 3,
    async run({ openHttp2, random }) {
      const wire = openHttp2();
      const bytes = random.bytes(random.below(MOST));
      const [echo, pieces] = await Promise.all([
        wire.ask('/cgi/echo.sh?a=1', { ':method': 'POST' }, bytes),
        wire.ask('/cgi/pieces.sh'),
      ]);
      expectAnswer(echo, 200, Buffer.concat([Buffer.from('POST a=1\n'), bytes]));
      expectAnswer(pieces, 200, Buffer.from('piece 1\npiece 2\npiece 3\n'));
      return 2;
    },
  },
  {
    name: 'http2, reset in the answer',
    weight: 3,
    async run({ openHttp2, site }) {
      const wire = openHttp2();
      const stream = wire.begin(LARGE);
      stream.end();
      await arrival(stream, 'data');
      stream.close(constants.NGHTTP2_CANCEL);
      expectAnswer(await wire.ask(PAGE), 200, content(site, PAGE));
      return 1;
    },
  },
  {
    name: 'http2, gone in the answers',
    weight: 3,
    async run({ openHttp2 }) {
      const wire = openHttp2();
      const streams = [LARGE, '/cgi/hang.sh', LARGE].map((path) => wire.begin(path));
      for (const stream of streams) stream.end();
      await Promise.all(streams.map((stream) => arrival(stream, 'response')));
      wire.close();
      return 0;
    },
  },
];
