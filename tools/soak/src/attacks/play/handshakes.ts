import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { connect } from 'node:tls';
import { selfSigned } from '@webserv/certificate';
import type { Attack, Target } from '../attack.ts';
import { Intruder, pause } from '../crowd.ts';

/** Handshakes at once. */
const SLOW = 2_000;
/** Addresses that they come from: one alone may not have so many. */
const ADDRESSES = 200;
const BEAT_MS = 50;

/** The first bytes that node:tls sends. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect({
    port: (server.address() as AddressInfo).port,
    host: '127.0.0.1',
    servername: 'localhost',
  });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [hello] = (await once(socket, 'data')) as [Buffer];
  client.destroy();
  socket.destroy();
  server.close();
  return hello;
}

/** Says a part of the hello at once and the rest byte by byte, and then nothing. Who is sent away comes again. */
async function dawdle(hello: Buffer, who: number, { ports, over }: Target): Promise<number> {
  // The whole hello, half of it, or its first byte.
  const first = [hello.length, hello.length, hello.length >> 1, 1][who % 4] ?? 1;
  let away = 0;
  while (!over.aborted) {
    const each = new Intruder(ports[1] ?? 0, `127.0.1.${1 + (who % ADDRESSES)}`);
    await each.connected();
    each.send(hello.subarray(0, first));
    for (let at = first; !over.aborted && !each.gone; at++) {
      if (at < hello.length) each.send(hello.subarray(at, at + 1));
      await pause(BEAT_MS, over);
    }
    if (each.gone) away++;
    each.reset();
  }
  return away;
}

/** TLS: the server signs for each hello, and a client says the same one again. */
export const handshakes: readonly Attack[] = [
  {
    name: 'slow-handshakes',
    what: '2,000 handshakes of TLS whose clients stop behind the hello, or say it byte by byte, and come again when they are sent away',
    errand: 'page',
    directives:
      'listen 0.0.0.0:0 tls; certificate cert.pem key.pem; max_connect 4000; max_connect_per_address 0;',
    seconds: 15,
    prepare: (ground) => {
      const { certificate, key } = selfSigned({ names: ['localhost'], now: Date.now(), days: 1 });
      ground.file('cert.pem', certificate);
      ground.file('key.pem', key, 0o600);
    },
    async play(target) {
      const hello = await clientHello();
      const all = Array.from({ length: SLOW }, (_, who) => dawdle(hello, who, target));
      const away = await Promise.all(all);
      return `sent away: ${away.reduce((sum, each) => sum + each, 0)}`;
    },
  },
];
