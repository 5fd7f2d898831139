import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Address } from '../../address.ts';
import { openPacketPipe } from '../../ffi/calls.contract.ts';
import { RawClient } from '../../ffi/raw-client.ts';
import { Interest } from '../../index.ts';
import { type Harness, type HarnessOptions, itUnless, Probe } from './harness.contract.ts';

/**
 * Bytes that come in one go and are read in pieces, because the kernel ends a read early: nothing new has to happen
 * before the remainder is read.
 */
export function piecesContract(options: HarnessOptions): void {
  // The scripted driver has no kernel below it.
  const made = options.open();
  const { name } = made.loop.driver;
  void made.dispose();
  if (name === 'fake') return;
  let harness: Harness;
  let folder: string;
  beforeEach(() => {
    harness = options.open();
    folder = fs.mkdtempSync(join(tmpdir(), 'webserv-pieces-'));
  });
  afterEach(async () => {
    await harness.dispose();
    fs.rmSync(folder, { recursive: true });
  });

  /** A client calls and acts before the server hears of it; or after its first bytes were received. */
  async function received(address: Address, fd: number, act: (client: RawClient) => void): Promise<string> {
    const { loop } = harness;
    const server = new Probe(loop, fd);
    loop.register(server, Interest.READ);
    loop.accept(server.input);
    const client = new RawClient(address);
    await harness.until(() => server.got.length === 1, 'the caller');
    const probe = new Probe(loop, server.got[0] as number);
    expect(loop.register(probe, Interest.BOTH)).toBe(0);
    loop.recv(probe.input);
    client.send('first;');
    await harness.until(() => probe.length === 6, 'the first bytes');
    act(client);
    await harness.until(() => probe.received.includes('end;'), 'the rest');
    act(client);
    await harness.until(() => /end;.*end;/.test(probe.received.toString()), 'the rest, again');
    client.close();
    return probe.received.toString();
  }

  function unix(): { fd: number; address: Address } {
    const address: Address = { family: 'unix', path: join(folder, 's') };
    return { fd: harness.loop.driver.listen(address, 16), address };
  }

  describe('what comes in pieces', () => {
    it('because an urgent byte lies in it is received whole, without that byte', async () => {
      const { fd, address } = harness.listen();
      const text = await received(address, fd, (client) => {
        client.send('one;');
        client.send('!', 'urgent');
        client.send('end;');
      });
      expect(text).toBe('first;one;end;one;end;');
    });

    it('because a descriptor was passed along is received whole, and the descriptor is closed', async () => {
      const { fd, address } = unix();
      const before = harness.descriptors();
      const text = await received(address, fd, (client) => {
        const passed = fs.openSync(folder, 'r');
        client.send('one;');
        client.pass('two;', passed);
        client.pass('three;', passed);
        client.send('end;');
        fs.closeSync(passed);
      });
      expect(text).toBe('first;one;two;three;end;one;two;three;end;');
      // One connection.
      expect(harness.descriptors() - before).toBe(1);
    });

    const packets = openPacketPipe();
    for (const end of packets ?? []) fs.closeSync(end);
    itUnless(packets === null ? 'no pipe of packets here' : undefined, 'packets of a pipe', async () => {
      const [read, write] = openPacketPipe() as [number, number];
      const probe = new Probe(harness.loop, read);
      harness.loop.register(probe, Interest.READ);
      harness.loop.read(probe.input, null, 0, 0, -1);
      for (const packet of ['one;', 'two;', 'end;']) fs.writeSync(write, packet);
      await harness.until(() => probe.length === 12, 'all packets');
      for (const packet of ['one;', 'two;', 'end;']) fs.writeSync(write, packet);
      await harness.until(() => probe.length === 24, 'all packets, again');
      expect(probe.received.toString()).toBe('one;two;end;one;two;end;');
      fs.closeSync(write);
      await harness.until(() => probe.got.at(-1) === 0, 'the end');
    });
  });
}
