import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { constants, createSecureServer, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Random } from '../random.ts';
import { play } from '../scenario.ts';
import { makeSite, type Site } from '../site.ts';
import { SECURE_HOST } from '../wire.ts';
import { SECURE } from './secure.ts';

/** Its client leaves by itself, and may do so before it notices anything. */
const GONE = 'https, gone in the handshake';

// Needs a second address of the loopback.
(process.platform === 'linux' ? describe : describe.skip)('each scenario over TLS ends as a failure', () => {
  let site: Site;
  let server: Server;

  beforeAll(() => {
    site = makeSite('auto');
  });

  afterAll(() => site.remove());

  afterEach(async () => {
    server.close();
    await once(server, 'close');
  });

  const connections = (spoil: (socket: Socket) => void): Server =>
    createServer((socket) => socket.on('data', () => spoil(socket)));

  function streams(spoil: (stream: ServerHttp2Stream) => void): Server {
    const key = readFileSync(join(site.folder, 'soak.key'));
    // It closes a connection of HTTP/1.1.
    const options = { cert: site.certificate, key, unknownProtocolTimeout: 1 };
    return createSecureServer(options).on('stream', (stream) => {
      stream.on('error', () => {});
      spoil(stream);
    });
  }

  it.each<[string, () => Server]>([
    ['resets connections', () => connections((socket) => socket.resetAndDestroy())],
    ['ends connections', () => connections((socket) => socket.end())],
    ['cancels streams', () => streams((stream) => stream.close(constants.NGHTTP2_CANCEL))],
    ['leaves streams', () => streams(({ session }) => session?.destroy())],
  ])('with a server that %s', async (_how, begin) => {
    server = begin().listen(0, SECURE_HOST);
    server.on('connection', (socket) => socket.on('error', () => {}));
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const stage = { port, securePort: port, site, random: new Random(0), name: () => 'a.bin' };
    const failed: string[] = [];
    for (const scenario of SECURE) await play(scenario, stage).catch(() => failed.push(scenario.name));
    const names = (all: readonly string[]): string[] => all.filter((name) => name !== GONE);
    expect(names(failed)).toEqual(names(SECURE.map(({ name }) => name)));
  });
});
