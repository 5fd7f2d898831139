import { closeSync, openSync, readdirSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import type { Address } from '@webserv/event-loop';
import { RawClient } from '@webserv/event-loop/testing';
import { DRIVERS, driverOptions } from '../testing/drivers.ts';
import { TestSite } from '../testing/site.ts';

/** Requests that the kernel hands over in pieces, though all of their bytes are there. */
describe.each(DRIVERS)('on %s', (use) => {
  let site: TestSite;
  let tcp: Address;
  let unix: Address;
  beforeEach(() => {
    site = new TestSite();
    site.file('static/index.html', 'home');
    const port = site.start(
      'server { listen 127.0.0.1:0; listen unix:s.sock; root static; default_file index.html; access_log off; location / { method GET; } }',
      driverOptions(use),
    );
    tcp = { family: 'ipv4', host: '127.0.0.1', port };
    unix = { family: 'unix', path: join(site.folder, 's.sock') };
  });
  afterEach(() => site.close());

  /** Sends the beginning of a request, and the rest by `act` when the server has read that. @returns the answer */
  async function answered(client: RawClient, act: () => void): Promise<string> {
    // Node reads from it, which closes it, too.
    const socket = new Socket({ fd: client.fd });
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
    });
    client.send('GET / HTTP/1.1\r\n');
    // A client that connects later is answered later. By then the server has read the beginning.
    for (let round = 0; round < 3; round++) await once();
    act();
    while (!text.endsWith('home')) await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    return text;
  }

  /** Another client asks, and has its answer. */
  function once(): Promise<void> {
    return new Promise((resolve) => {
      const { port } = tcp as { port: number };
      const other = connect(port, '127.0.0.1', () =>
        other.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'),
      );
      other.resume().on('close', () => resolve());
    });
  }

  it('a request with an urgent byte in it is answered at once, without that byte', async () => {
    const client = new RawClient(tcp);
    const text = await answered(client, () => {
      client.send('Host: a\r\n');
      client.send('!', 'urgent');
      client.send('X: y\r\n\r\n');
    });
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
  });

  it('a request with descriptors in it is answered at once, and they are not kept', async () => {
    const open = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0);
    const before = open();
    const client = new RawClient(unix);
    const text = await answered(client, () => {
      const passed = openSync(site.folder, 'r');
      client.send('Host: a\r\n');
      for (let count = 0; count < 10; count++) client.pass(`X: ${count}\r\n`, passed);
      client.send('\r\n');
      closeSync(passed);
    });
    expect(text).toMatch(/^HTTP\/1\.1 200 OK/);
    // Of the connection one end or two may not be closed yet.
    expect(open() - before).toBeLessThanOrEqual(2);
  });
});
