import { readdirSync, readlinkSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { Command } from '../testing/command.ts';
import { DRIVERS } from '../testing/drivers.ts';
import { TestSite } from '../testing/site.ts';

/** So many are answered 429 at once; those beyond are reset. */
const TURNED_AWAY_MAX = 64;

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
const CLOSE = 'GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

/** /proc shows what another process has open, and all of 127.0.0.0/8 is this machine: both on Linux alone. */
const onLinux = process.platform === 'linux' ? describe.each(DRIVERS) : describe.skip.each(DRIVERS);

onLinux('crowds on %s', (use) => {
  let site: TestSite;
  let command: Command;
  let port: number;
  let before: number;
  let all: Socket[];

  async function start(limits: string): Promise<void> {
    const conf = site.file(
      'site.conf',
      `use ${use}; error_log error.log;
server { listen 127.0.0.1:0; root static; access_log off; upload_path static; method GET POST; ${limits} location / { } }`,
    );
    command = new Command(['-c', conf]);
    port = await command.port();
    before = sockets();
  }

  beforeEach(() => {
    site = new TestSite();
    site.file('static/index.html', 'home');
    all = [];
  });

  afterEach(async () => {
    for (const socket of all) socket.destroy();
    command.kill('SIGKILL');
    await command.ended;
    await site.close();
  });

  function sockets(): number {
    const folder = `/proc/${command.pid}/fd`;
    return readdirSync(folder).filter((fd) => {
      try {
        return readlinkSync(`${folder}/${fd}`).startsWith('socket:');
      } catch {
        return false;
      }
    }).length;
  }

  /** Connects, sends some bytes, and stays. */
  async function come(count: number, bytes: string, from = '127.0.0.1'): Promise<Socket[]> {
    const some = Array.from({ length: count }, () =>
      connect({ port, host: '127.0.0.1', localAddress: from }),
    );
    all.push(...some);
    await Promise.all(
      some.map(async (socket) => {
        socket.on('error', () => {});
        socket.on('data', () => {});
        await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
        socket.write(bytes);
      }),
    );
    return some;
  }

  /** The whole answer to a request; it waits its turn however long that takes. */
  async function ask(request: string, from = '127.0.0.1'): Promise<string> {
    const socket = connect({ port, host: '127.0.0.1', localAddress: from });
    all.push(socket);
    socket.write(request);
    let answer = '';
    for await (const bytes of socket) answer += bytes;
    return answer;
  }

  /** The most sockets that the server has until something is over. */
  async function most(until: Promise<unknown>): Promise<number> {
    let found = 0;
    let over = false;
    void until.then(() => {
      over = true;
    });
    while (!over) {
      found = Math.max(found, sockets() - before);
      await new Promise((resolve) => setImmediate(resolve));
    }
    return Math.max(found, sockets() - before);
  }

  it('max_connect 8 holds against bursts of clients that ask once and stay', async () => {
    await start('max_connect 8;');
    const bursts = async (): Promise<void> => {
      for (let count = 0; count < 4; count++) await come(100, GET);
      // Behind all of them: they have had their turn.
      expect(await ask(CLOSE)).toMatch(/^HTTP\/1\.1 200 /);
    };
    // One is being closed while the next is served.
    expect(await most(bursts())).toBeLessThanOrEqual(8 + 1);
  });

  it('max_connect 100 holds against what came while the server stood still', async () => {
    await start('max_connect 100; max_connect_per_address 0;');
    command.kill('SIGSTOP');
    const came = come(600, GET);
    await came;
    command.kill('SIGCONT');
    expect(await most(ask(CLOSE))).toBeLessThanOrEqual(100 + 1);
  });

  it('heads that do not end hold no place: neither for others nor for the same address', async () => {
    await start('max_connect 32;');
    await come(40, 'G');
    for (const from of ['127.0.0.2', '127.0.0.1']) {
      let answer = '';
      // At first they are a burst like any other, and its address has no place left.
      while (!answer.startsWith('HTTP/1.1 200 ')) answer = await ask(CLOSE, from).catch(() => '');
    }
    expect(sockets() - before).toBeLessThanOrEqual(32 + 1 + TURNED_AWAY_MAX);
  });

  it('heads of many addresses make room for a new one, from the most crowded address', async () => {
    await start('max_connect 8; header_timeout 1h;');
    const crowded = await come(5, 'G');
    const alone = (await come(1, 'G', '127.0.0.3'))[0] as Socket;
    await come(2, 'G', '127.0.0.4');
    let gone: Socket | null = null;
    for (const socket of [...crowded, alone]) {
      socket.once('close', () => {
        gone ??= socket;
      });
    }
    expect(await ask(CLOSE, '127.0.0.2')).toMatch(/^HTTP\/1\.1 200 /);
    while (gone === null) await new Promise((resolve) => setImmediate(resolve));
    expect(crowded).toContain(gone);
    expect(alone.destroyed).toBe(false);
  });

  it('whoever waits behind 200 of them waits for a few graces, not for one each', async () => {
    await start('max_connect 32; max_connect_per_address 0; header_timeout 1h;');
    for (const from of ['127.0.0.3', '127.0.0.4']) await come(100, 'G', from);
    // One by one it would be 42 seconds.
    expect(await ask(CLOSE, '127.0.0.2')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('requests under way are not given up', async () => {
    await start('max_connect 2;');
    const [first, second] = await come(2, 'POST /name HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx');
    const answered = ask(CLOSE, '127.0.0.2');
    const ended = new Promise((resolve) => (first as Socket).once('data', resolve));
    (first as Socket).end('y');
    await ended;
    expect(await answered).toMatch(/^HTTP\/1\.1 200 /);
    expect((second as Socket).destroyed).toBe(false);
  });

  it('those who are turned away hold no place of others, and are few', async () => {
    await start('max_connect 16; max_connect_per_address 4;');
    await come(3, 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx');
    const crowd = come(300, '');
    expect(await ask(CLOSE, '127.0.0.2')).toMatch(/^HTTP\/1\.1 200 /);
    expect(await most(crowd)).toBeLessThanOrEqual(4 + 1 + 1 + TURNED_AWAY_MAX);
    expect(await ask(CLOSE, '127.0.0.3')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it('no address has all places unless it is said', async () => {
    await start('max_connect 32;');
    // Whole heads: nobody is idle, and nobody waits for a head.
    await come(40, 'POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx');
    expect(await ask(CLOSE, '127.0.0.2')).toMatch(/^HTTP\/1\.1 200 /);
  });
});
