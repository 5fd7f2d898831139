import { ERRNO, Memory } from '@webserv/event-loop';
import { faultsEverywhere, Random } from '@webserv/event-loop/testing';
import { TlsWorld } from '../testing/tls-world.ts';
import { plainWorld, scriptedWorld } from '../testing/wire-worlds.ts';
import { pattern, wireContract } from '../wire.contract.ts';
import type { TlsWire } from './tls-wire.ts';
import { TlsWires } from './tls-wires.ts';

// tls-wire.full.spec.ts has the drivers of this machine.
wireContract('TLS, on the scripted driver', () => new TlsWorld(plainWorld('fake')));

/** A socket is quicker than the next turn: io_uring may have received already. */
class LateWires extends TlsWires {
  private readonly waiting: TlsWire[] = [];

  override defer(wire: TlsWire): void {
    this.waiting.push(wire);
  }

  resume(): void {
    for (const wire of this.waiting.splice(0)) wire.resume();
  }
}

describe('TlsWire', () => {
  let world: TlsWorld;

  beforeEach(() => {
    world = new TlsWorld(plainWorld('fake'));
  });

  afterEach(() => world.dispose());

  it('shakes hands with the first op, and has its facts before the op ends', async () => {
    const { probe, wire, peer } = await world.begin();
    expect(wire.facts).toBeNull();
    wire.recv(probe.input);
    await world.until(() => peer.client.isOpen, 'the handshake');
    peer.write('first');
    await world.until(() => probe.text === 'first', 'data');
    expect(wire.facts).toMatchObject({ version: 'TLSv1.3', resumed: false });
  });

  it('shakes hands for a send, too', async () => {
    const { probe, wire, peer } = await world.begin();
    wire.send(probe.output, Memory.from('hello'), 0, 5);
    await world.until(() => peer.read().toString() === 'hello', 'what was sent');
    expect(probe.sent).toEqual([5]);
  });

  it('keeps what comes with the end of the handshake, and can be moved to another connection', async () => {
    const { probe, wire, peer } = await world.begin();
    let text = '';
    probe.onShaken = () => {
      wire.moveTo(probe);
      expect(probe.got).toEqual([]);
      wire.recv(probe.input);
      expect(probe.got).toEqual([]);
    };
    probe.shake(wire);
    await world.until(() => {
      // In one piece with the Finished of the client.
      if (peer.client.isOpen && text === '') {
        text = 'with it';
        peer.write(text);
      }
      return probe.text === 'with it';
    }, 'data');
    expect(probe.shaken).toBe(0);
  });

  it('what came with the end of the handshake stays in front of what comes behind it', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const plain = scriptedWorld({ seed, faults: {}, schedule: { delay: 0.6 } });
      const wires = new LateWires(plain.loop);
      const late = new TlsWorld(plain, wires);
      const { probe, wire, peer } = await late.begin();
      let turns = 0;
      probe.onShaken = () => {
        wire.moveTo(probe);
        peer.write('second');
        wire.recv(probe.input);
      };
      probe.shake(wire);
      // In one piece with the Finished of the client.
      peer.write('first, ');
      await late.until(() => {
        if (probe.shaken === 0 && turns++ > 20) wires.resume();
        return probe.text.length === 13;
      }, 'data');
      expect([seed, probe.text]).toEqual([seed, 'first, second']);
      await late.dispose();
    }
  });

  it('tells a cut from an end', async () => {
    const { probe, peer } = await world.connect();
    probe.wire?.recv(probe.input);
    peer.write('a half');
    peer.plain.end();
    await world.until(() => probe.got.length === 2, 'a result');
    expect(probe.got).toEqual([6, -ERRNO.ECONNABORTED]);
  });

  it('a client that goes within the handshake ends all that waits for it', async () => {
    const { probe, wire, peer } = await world.begin();
    peer.isSilent = true;
    probe.shake(wire);
    wire.recv(probe.input);
    wire.send(probe.output, Memory.from('hello'), 0, 5);
    peer.plain.write(Buffer.from([22, 3, 1]));
    peer.plain.end();
    await world.until(() => probe.sent.length === 1, 'results');
    const cut = -ERRNO.ECONNABORTED;
    expect([probe.shaken, probe.got, probe.sent]).toEqual([cut, [cut], [cut]]);
  });

  it('a client that speaks HTTP without TLS gets its answer, whatever it has sent', async () => {
    const answer = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n';
    const { probe, wire, peer } = await world.begin(Memory.from(answer));
    peer.isSilent = true;
    probe.shake(wire);
    peer.plain.write(`GET / HTTP/1.1\r\nCookie: ${'x'.repeat(20_000)}\r\n\r\n`);
    await world.until(() => peer.plain.ended, 'the answer and its end');
    expect([peer.plain.read().toString(), probe.shaken]).toEqual([answer, null]);
    peer.plain.end();
    await world.until(() => probe.shaken !== null, 'the end of the client');
    expect([probe.shaken, wire.failure]).toEqual([-ERRNO.EPROTO, 'plain text on a TLS port']);
  });

  it('what is neither TLS nor text is refused without an answer', async () => {
    const { probe, wire, peer } = await world.begin(Memory.from('an answer'));
    peer.isSilent = true;
    wire.recv(probe.input);
    peer.plain.write(Buffer.from([0x80, 0x2e, 1]));
    await world.until(() => probe.got.length > 0, 'a result');
    expect([probe.got, peer.plain.length]).toEqual([[-ERRNO.EPROTO], 0]);
  });

  it('the alert has left before the connection hears of the failure', async () => {
    const { probe, peer } = await world.connect();
    probe.wire?.recv(probe.input);
    peer.plain.write(Buffer.from([23, 3, 3, 0xff, 0xff]));
    await world.until(() => probe.got.length > 0, 'a result');
    probe.wire?.close(probe);
    await world.until(() => peer.client.failure !== '', 'the alert');
    expect([probe.got, peer.client.failure]).toEqual([[-ERRNO.EPROTO], expect.stringMatching(/alert/)]);
  });

  it('close says close_notify where nothing is under way', async () => {
    const { probe, peer } = await world.connect();
    probe.wire?.send(probe.output, Memory.from('whole'), 0, 5);
    await world.until(() => probe.sent.length === 1, 'what was sent');
    probe.wire?.close(probe);
    await world.until(() => peer.ended, 'the end');
    expect(peer.read().toString()).toBe('whole');
  });

  it('close within a send does not', async () => {
    const { probe, peer } = await world.connect();
    probe.onSent = () => {};
    peer.stop();
    probe.wire?.send(probe.output, Memory.from(pattern(world.large)), 0, world.large);
    probe.wire?.close(probe);
    peer.resume();
    await world.until(() => peer.wasReset, 'the cut');
    expect(peer.ended).toBe(false);
  });
});

describe('records with one byte each', () => {
  it('are taken 128 in a turn, and others have theirs meanwhile', async () => {
    const world = new TlsWorld(plainWorld('fake'));
    const many = await world.connect();
    const other = await world.connect();
    many.probe.wire?.recv(many.probe.input);
    other.probe.wire?.recv(other.probe.input);
    for (let index = 0; index < 1000; index++) many.peer.client.write(String(index % 10));
    many.peer.write('|');
    other.peer.write('short');
    await world.until(() => other.probe.text === 'short', 'the data of the other');
    expect(many.probe.text.length).toBeLessThan(1001);
    await world.until(() => many.probe.text.endsWith('|'), 'all data');
    expect(many.probe.text).toBe(`${'0123456789'.repeat(100)}|`);
    // A slice of records that OpenSSL takes at once is not cut.
    expect(Math.max(...many.probe.got)).toBeLessThanOrEqual(132);
    many.probe.wire?.close(many.probe);
    await world.dispose();
  });

  it('what waits of a connection that is closed is let go', async () => {
    const world = new TlsWorld(plainWorld('fake'));
    const { probe, peer } = await world.connect();
    probe.goesOn = false;
    probe.wire?.recv(probe.input);
    for (let index = 0; index < 1000; index++) peer.client.write('x');
    peer.write('|');
    await world.until(() => probe.got.length === 1, 'the first turn');
    // It waits for its turn again.
    probe.wire?.recv(probe.input);
    probe.wire?.close(probe);
    await world.until(() => probe.disposals === 1, 'the disposal');
    expect(probe.text.length).toBeLessThan(1001);
    await world.dispose();
  });
});

describe('TlsWire under faults', () => {
  const { accept: _accept, register: _register, ...seldom } = faultsEverywhere(0.01);
  const seeds = Array.from({ length: 100 }, (_, index) => index + 1);

  it.each(seeds)('seed %i: each side reads what the other has sent, or hears of a failure', async (seed) => {
    const random = new Random(seed);
    const faults = random.chance(0.3) ? seldom : null;
    const plain = scriptedWorld({ seed, faults: faults ?? {}, schedule: { delay: 0.4, split: 0.7 } });
    const world = new TlsWorld(plain);
    const { probe, wire, peer } = await world.begin();
    const up = pattern(random.below(100_000), 1);
    const down = pattern(1 + random.below(200_000), 2);
    const file = world.openFile(down);
    if (random.chance(0.4)) peer.cutAt = 1 + random.below(up.length + 2000);
    const steps = [() => wire.sendFile(probe.output, file, 0, down.length), () => wire.finish(probe)];
    probe.onSent = () => {
      if (probe.output.result >= 0) steps.shift()?.();
    };
    wire.recv(probe.input);
    wire.send(probe.output, Memory.from(down), 0, down.length);
    peer.write(up);
    const isBroken = (): boolean => [...probe.got, ...probe.sent].some((result) => result < 0);
    const received = (): Buffer => Buffer.concat(probe.received);
    await world.until(() => isBroken() || (peer.ended && received().length === up.length), 'an end');
    const all = Buffer.concat([down, down]);
    expect(received().equals(up.subarray(0, received().length))).toBe(true);
    expect(peer.read().equals(all.subarray(0, peer.length))).toBe(true);
    if (peer.ended) expect(peer.length).toBe(all.length);
    if (peer.cutAt === Number.POSITIVE_INFINITY && faults === null)
      expect([wire.failure, probe.got.filter((n) => n < 0), probe.sent.filter((n) => n < 0)]).toEqual([
        '',
        [],
        [],
      ]);
    wire.close(probe);
    world.loop.discard(file);
    await world.until(() => probe.disposals === 1, 'the disposal');
    for (let round = 0; round < 10; round++) await world.until(() => true, 'a round');
    // Behind a record that has left in part there is nothing, so the client never reads nonsense.
    expect(peer.client.failure).toBe('');
    plain.driver.assertQuiet();
    await world.dispose();
  });
});
