import { ERRNO } from '../../ffi/errno.ts';
import { Interest, Memory } from '../../index.ts';
import { type Harness, type HarnessOptions, itUnless, type Peer, Probe } from './harness.contract.ts';

/** Many connections at once. */
export function crowdContract(options: HarnessOptions): void {
  const { skips = {} } = options;
  let harness: Harness;
  beforeEach(() => {
    harness = options.open();
  });
  afterEach(() => harness.dispose());

  itUnless(skips.descriptors, 'serves 2,000 connections', async () => {
    const { loop } = harness;
    const { fd, address } = harness.listen();
    const server = new Probe(loop, fd);
    const clients: Probe[] = [];
    const answer = Memory.from('pong');
    server.react = (op) => {
      const client = new Probe(loop, op.result);
      client.react = (done) => {
        if (done === client.input && client.length === 4 && done.result > 0)
          loop.send(client.output, answer, 0, 4);
        return true;
      };
      expect(loop.register(client, Interest.BOTH)).toBe(0);
      loop.recv(client.input);
      clients.push(client);
      return true;
    };
    loop.register(server, Interest.READ);
    loop.accept(server.input);
    const peers: Peer[] = [];
    for (let count = 0; count < 2000; count++) {
      peers.push(await harness.connect(address));
      if (count % 64 === 0) await harness.until(() => clients.length >= count - 64, 'accepts');
    }
    for (const peer of peers) peer.write('ping');
    await harness.until(() => peers.every((peer) => peer.length === 4), 'every answer');
    expect(clients.length).toBe(2000);
  });

  const { maxDescriptor } = options;
  if (maxDescriptor === undefined) return;
  it(`refuses descriptors from ${maxDescriptor} on with EMFILE, and serves the others`, async () => {
    const { loop } = harness;
    const { fd, address } = harness.listen();
    const server = new Probe(loop, fd);
    const results: number[] = [];
    const refused: Probe[] = [];
    const first: Probe[] = [];
    server.react = (op) => {
      const client = new Probe(loop, op.result);
      const beyond = op.result >= maxDescriptor;
      const result = loop.register(client, Interest.BOTH);
      results.push(result);
      if (beyond) refused.push(client);
      else first.push(client);
      if (result < 0) loop.close(client);
      else loop.recv(client.input);
      return true;
    };
    loop.register(server, Interest.READ);
    loop.accept(server.input);
    const peers: Peer[] = [];
    for (let count = 1; refused.length === 0 && count < maxDescriptor; count++) {
      peers.push(await harness.connect(address));
      await harness.until(() => results.length === count, 'an accept');
    }
    expect(refused.length).toBe(1);
    expect(results.at(-1)).toBe(-ERRNO.EMFILE);
    await harness.until(() => (refused[0] as Probe).disposals === 1, 'the refused one to be let go');
    peers[0]?.write('hello');
    await harness.until(() => (first[0] as Probe).length === 5, 'a word to the first');
  });
}
