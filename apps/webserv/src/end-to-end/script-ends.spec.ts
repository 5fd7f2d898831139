import { chmodSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { TestSite } from '../testing/site.ts';

const SCRIPT = `#!/bin/sh
printf 'Content-Type: text/plain\\n\\n%s' "\${SERVER_ADDR-none}|\${REMOTE_ADDR-none}|\${REMOTE_PORT-none}"
`;

/** A container may have no IPv6 at all. */
function hasIpv6(): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(0, '::1', () => server.close(() => resolve(true)));
  });
}

/** What a script answers to a request on this connection, and the port that the connection came from. */
async function asked(socket: Socket, target: string): Promise<[answer: string, port: number | undefined]> {
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const port = socket.localPort;
  // HTTP/1.0: the answer of a script that ends late would otherwise come in chunks.
  socket.write(`GET ${target} HTTP/1.0\r\nHost: localhost\r\n\r\n`);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk as Buffer);
  const answer = Buffer.concat(chunks).toString();
  return [answer.slice(answer.indexOf('\r\n\r\n') + 4), port];
}

describe.each(DRIVERS)('the ends of a connection, as a script hears of them, on %s', (use) => {
  const site = new TestSite();
  let ipv6 = false;

  beforeAll(async () => {
    ipv6 = await hasIpv6();
    chmodSync(site.file('cgi/ends.sh', SCRIPT), 0o755);
    chmodSync(site.file('cgi/local.sh', '#!/bin/sh\nprintf "Location: /ends.sh\\n\\n"\n'), 0o755);
    const listens = ['127.0.0.1:0', '0.0.0.0:0', 'unix:ends.sock', ...(ipv6 ? ['[::1]:0'] : [])];
    const location = 'root cgi; location / { cgi ends.sh; cgi local.sh; }';
    site.start(
      listens.map((listen) => `server { listen ${listen}; access_log off; ${location} }`).join('\n'),
      driverOptions(use),
    );
  });

  afterAll(() => site.close());

  it.each(['/ends.sh', '/local.sh'])('%s by IPv4', async (target) => {
    const [answer, port] = await asked(connect(site.port(0), '127.0.0.1'), target);
    expect(answer).toBe(`127.0.0.1|127.0.0.1|${port}`);
  });

  it('of a socket for all addresses it is the one that was called', async () => {
    const [answer, port] = await asked(connect(site.port(1), '127.0.0.3'), '/ends.sh');
    expect(answer).toBe(`127.0.0.3|127.0.0.1|${port}`);
  });

  it('by IPv6, without brackets', async () => {
    if (!ipv6) return;
    const [answer, port] = await asked(connect(site.port(3), '::1'), '/ends.sh');
    expect(answer).toBe(`::1|::1|${port}`);
  });

  it('by a unix socket there are none', async () => {
    const [answer] = await asked(connect(join(site.folder, 'ends.sock')), '/ends.sh');
    expect(answer).toBe('none|unix:|none');
  });
});
