import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../../address.ts';
import { errnoName } from '../../ffi/errno.ts';
import { Interest, Memory } from '../../index.ts';
import { type Harness, type HarnessOptions, itUnless, Probe } from './harness.contract.ts';

const NOBODY: Address = { family: 'unix', path: '/nowhere/at/all' };

/** Connections that this side begins. */
export function outwardContract(options: HarnessOptions): void {
  let harness: Harness;
  let folder: string;
  let heard: Buffer[];
  const servers: net.Server[] = [];
  beforeEach(() => {
    harness = options.open();
    folder = mkdtempSync(join(tmpdir(), 'webserv-call-'));
    heard = [];
  });
  afterEach(async () => {
    await harness.dispose();
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  });

  const connect = (address: Address): number => harness.loop.driver.connectTo?.(address) ?? 0;

  /** A server that notes what it hears, and answers a ping. */
  function serve(where: net.ListenOptions): Promise<Address> {
    const server = net.createServer((socket) => {
      socket.on('data', (bytes) => {
        heard.push(bytes);
        socket.end('pong');
      });
    });
    servers.push(server);
    return new Promise((resolve) => {
      server.listen(where, () => {
        const address = server.address() as net.AddressInfo | string;
        if (typeof address === 'string') resolve({ family: 'unix', path: address });
        else {
          const family = address.family === 'IPv6' ? 'ipv6' : 'ipv4';
          resolve({ family, host: address.address, port: address.port });
        }
      });
    });
  }

  function probeOf(fd: number): Probe {
    expect(fd).toBeGreaterThan(0);
    const probe = new Probe(harness.loop, fd);
    expect(harness.loop.register(probe, Interest.BOTH)).toBe(0);
    return probe;
  }

  describe('connectTo', () => {
    const own = options.open();
    const missing = own.loop.driver.connectTo === undefined ? 'this driver makes no connections' : undefined;
    void own.dispose();

    const places: [string, () => net.ListenOptions][] = [
      ['a port', () => ({ host: '127.0.0.1', port: 0 })],
      ['a unix socket', () => ({ path: join(folder, 'socket') })],
    ];
    for (const [name, where] of places) {
      itUnless(missing, `begins a connection to ${name}: what is sent waits for it`, async () => {
        const probe = probeOf(connect(await serve(where())));
        const ping = Memory.from('ping');
        harness.loop.send(probe.output, ping, 0, ping.size);
        await harness.until(() => probe.sent.length > 0, 'the ping to leave');
        expect(probe.sent).toEqual([4]);
        harness.loop.recv(probe.input);
        await harness.until(() => probe.got.includes(0), 'the answer and its end');
        expect([Buffer.concat(heard).toString(), probe.received.toString()]).toEqual(['ping', 'pong']);
      });
    }

    itUnless(missing, 'reports by a send, or at once, that nobody listens at a port', async () => {
      const { fd, address } = harness.listen();
      harness.loop.discard(fd);
      const called = connect(address);
      if (called < 0) {
        expect(errnoName(called)).toBe('ECONNREFUSED');
        return;
      }
      const probe = probeOf(called);
      const ping = Memory.from('ping');
      harness.loop.send(probe.output, ping, 0, ping.size);
      await harness.until(() => probe.sent.length > 0, 'the failure');
      expect(probe.sent.map(errnoName)).toEqual(['ECONNREFUSED']);
    });

    itUnless(missing, 'says at once what a path does not lead to', async () => {
      const before = harness.descriptors();
      expect(errnoName(connect(NOBODY))).toBe('ENOENT');
      expect(errnoName(connect({ family: 'unix', path: 'x'.repeat(200) }))).toBe('EINVAL');
      expect(harness.descriptors()).toBe(before);
    });
  });
}
