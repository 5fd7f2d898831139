import { chmodSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { driverOptions, itOfBytes, WAYS } from '../testing/drivers.ts';
import { type Answer, fetchOnce, get, Peer } from '../testing/peer.ts';
import { TestSite } from '../testing/site.ts';

const CONFIG = `
error_log error.log info;
server {
  listen 127.0.0.1:0;
  root cgi;
  access_log access.log;
  cgi_timeout 5s;
  location / { cgi *; method GET POST; }
}
`;

const TYPE = 'Content-Type: text/plain\\r\\n';
const IN_CHUNKS = `${TYPE}Transfer-Encoding: chunked\\r\\n`;
const LARGE = 300_000;

/** What each script writes, as the format of printf; longer ones as commands. */
const SCRIPTS: Readonly<Record<string, string>> = {
  chunks: `printf '${IN_CHUNKS}\\r\\n5\\r\\nhello\\r\\n6;x=y\\r\\n world\\r\\n0\\r\\nX-Trailer: z\\r\\n\\r\\n'`,
  length: `printf '${IN_CHUNKS}Content-Length: 99\\r\\n\\r\\n5\\r\\nhello\\r\\n0\\r\\n\\r\\n'`,
  slow: `printf '${IN_CHUNKS}\\r\\n5\\r\\nhe'; sleep 0.1; printf 'llo\\r\\n'; sleep 0.1; printf '0\\r\\n\\r\\n'`,
  more: `printf '${IN_CHUNKS}\\r\\n5\\r\\nhello\\r\\n0\\r\\n\\r\\nwhat nobody wants'; sleep 0.1; printf 'and more'`,
  large: `printf '${IN_CHUNKS}\\r\\n%x\\r\\n' ${LARGE}; head -c ${LARGE} /dev/zero; printf '\\r\\n0\\r\\n\\r\\n'`,
  none: `printf '${IN_CHUNKS}\\r\\n0\\r\\n\\r\\n'`,
  plain: `printf '${IN_CHUNKS}\\r\\nno chunks at all'`,
  open: `printf '${IN_CHUNKS}\\r\\n5\\r\\nhello\\r\\n'`,
  late: `printf '${IN_CHUNKS}\\r\\n5\\r\\nhello\\r\\n'; sleep 0.6; printf 'zz\\r\\n'`,
  gzip: `printf '${TYPE}Transfer-Encoding: gzip, chunked\\r\\n\\r\\n0\\r\\n\\r\\n'`,
  twice: `printf '${TYPE}${TYPE}Content-Length: 4\\r\\nContent-Length: 4\\r\\nStatus: 201\\r\\nStatus: 201\\r\\n\\r\\nbody'`,
  types: `printf '${TYPE}Content-Type: text/html\\r\\n\\r\\nbody'`,
  lengths: `printf '${TYPE}Content-Length: 4\\r\\nContent-Length: 5\\r\\n\\r\\nbody'`,
  'nph-plain': `printf 'HTTP/1.0 203 As told\\r\\nServer: mine\\r\\nConnection: close\\r\\nX-A: b\\r\\n\\r\\nbody'`,
  'nph-length': `printf 'HTTP/1.1 200 OK\\r\\n${TYPE}Content-Length: 4\\r\\n\\r\\nbodyand more'`,
  'nph-chunks': `printf 'HTTP/1.1 200 OK\\r\\n${IN_CHUNKS}\\r\\n5\\r\\nhello\\r\\n0\\r\\n\\r\\n'`,
  'nph-early': `printf 'HTTP/1.1 103 Early Hints\\r\\nLink: </a>\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\n${TYPE}\\r\\nbody'`,
  'nph-away': `printf 'HTTP/1.1 302 Found\\r\\nLocation: /chunks\\r\\n\\r\\n'`,
  'nph-usual': `printf '${TYPE}\\r\\nbody'`,
  'nph-broken': `printf 'HTTP/1.1 OK\\r\\n\\r\\nbody'`,
  'not-nph': `printf 'HTTP/1.1 200 OK\\r\\n${TYPE}\\r\\nbody'`,
  hops: `printf '${TYPE}Connection: close\\r\\nKeep-Alive: x\\r\\nTE: x\\r\\nTrailer: x\\r\\nUpgrade: x\\r\\n\\r\\nbody'`,
};

describe.each(WAYS)('how the answer of a script is framed on %s', (use) => {
  const ofBytes = itOfBytes(use);
  const site = new TestSite();

  beforeAll(() => {
    for (const [name, script] of Object.entries(SCRIPTS)) {
      chmodSync(site.file(`cgi/${name}`, `#!/bin/sh\n${script}\n`), 0o755);
    }
    site.start(CONFIG, driverOptions(use));
  });

  afterAll(() => site.close());

  /** Asks twice on one connection, which must have been kept. */
  async function asked(target: string): Promise<Answer> {
    const peer = await Peer.open(site.port(0));
    try {
      const first = await peer.send(get(target)).answer();
      const second = await peer.send(get(target)).answer();
      expect([second.status, second.body.equals(first.body)]).toEqual([first.status, true]);
      return first;
    } finally {
      peer.close();
    }
  }

  it.each([
    ['/chunks', 200, 'hello world'],
    ['/length', 200, 'hello'],
    ['/slow', 200, 'hello'],
    ['/more', 200, 'hello'],
    ['/none', 200, ''],
    ['/twice', 201, 'body'],
    ['/hops', 200, 'body'],
    ['/nph-plain', 203, 'body'],
    ['/nph-length', 200, 'body'],
    ['/nph-chunks', 200, 'hello'],
    ['/nph-early', 200, 'body'],
    ['/nph-usual', 200, 'body'],
    ['/nph-plain/info?query', 203, 'body'],
  ])('%s', async (target, status, body) => {
    const answer = await asked(target);
    expect([answer.status, answer.body.toString()]).toEqual([status, body]);
    for (const name of ['connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'x-trailer']) {
      expect(answer.headers.has(name)).toBe(false);
    }
    expect(answer.head.match(/^content-type:/gim)?.length ?? 0).toBe(target.startsWith('/nph-plain') ? 0 : 1);
  });

  it('chunks whose end is there when the answer leaves have a length, for HEAD as well', async () => {
    const whole = await fetchOnce(site.port(0), get('/chunks'));
    expect([whole.headers.get('content-length'), whole.headers.has('transfer-encoding')]).toEqual([
      '11',
      false,
    ]);
    const bare = await fetchOnce(site.port(0), get('/chunks').replace('GET', 'HEAD'));
    expect([bare.status, bare.headers.get('content-length')]).toEqual([200, '11']);
  });

  ofBytes('a client of HTTP/1.0 reads the content alone', async () => {
    const peer = await Peer.open(site.port(0));
    const response = (await peer.send('GET /slow HTTP/1.0\r\n\r\n').rest()).toString();
    peer.close();
    expect(response).not.toMatch(/transfer-encoding/i);
    expect(response.slice(response.indexOf('\r\n\r\n'))).toBe('\r\n\r\nhello');
  });

  it('a chunk may be larger than what is read at once', async () => {
    const answer = await asked('/large');
    expect(answer.body.equals(Buffer.alloc(LARGE))).toBe(true);
  });

  it.each(['/plain', '/gzip', '/types', '/lengths', '/nph-broken', '/not-nph'])(
    '%s is 502',
    async (target) => {
      expect((await asked(target)).status).toBe(502);
    },
  );

  // Which of the two it is depends on whether the script has ended when its answer is due.
  it.each(['/late', '/open'])(
    '%s: chunks without their end are 502, or cut an answer that has begun',
    async (target) => {
      const peer = await Peer.open(site.port(0));
      const response = (await peer.send(get(target, 'Connection: close\r\n')).rest()).toString();
      peer.close();
      if (response.startsWith('HTTP/1.1 502 ')) return;
      expect(response).toContain('5\r\nhello\r\n');
      expect(response.endsWith('0\r\n\r\n')).toBe(false);
    },
  );

  ofBytes('a script that writes a whole response has its status and fields, and our framing', async () => {
    const answer = await fetchOnce(site.port(0), get('/nph-plain'));
    expect(answer.head).toMatch(/^HTTP\/1\.1 203 As told\r\n/);
    // Its length is known if the script has ended in time; the connection goes on in either case.
    const { headers } = answer;
    const framing = headers.get('content-length') ?? headers.get('transfer-encoding');
    expect([headers.get('x-a'), headers.get('connection'), String(answer.body)]).toEqual([
      'b',
      undefined,
      'body',
    ]);
    expect(['4', 'chunked']).toContain(framing);
    expect(answer.head.match(/^server:/gim)).toHaveLength(1);
    const away = await fetchOnce(site.port(0), get('/nph-away'));
    expect([away.status, away.headers.get('location')]).toEqual([302, '/chunks']);
    const bare = await fetchOnce(site.port(0), get('/nph-length').replace('GET', 'HEAD'));
    expect([bare.status, bare.headers.get('content-length')]).toEqual([200, '4']);
  });

  it('says why in the log', async () => {
    await fetchOnce(site.port(0), get('/plain'));
    await site.running?.close();
    expect(readFileSync(join(site.folder, 'error.log'), 'utf8')).toMatch(/script's chunks/);
  });
});
