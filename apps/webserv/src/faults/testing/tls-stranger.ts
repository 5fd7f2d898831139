import { TlsClient } from '@webserv/connection/testing';
import { openSsl } from '@webserv/event-loop/openssl';
import type { FakePeer } from '@webserv/event-loop/testing';
import { type Act, Actor, IO } from './actor.ts';
import type { Outside } from './visitor.ts';

/** How a client is answered that speaks no TLS, or nothing, or a part of it. */
const REFUSAL = 'HTTP/1.1 400 ';
const HANDSHAKE = 22;
const VERSION = 3;
const MANNERS = [
  'says nothing',
  'speaks plainly',
  'talks nonsense',
  'stops half-way',
  'says a byte at a time',
] as const;
/** The server is done with a handshake that does not end in less. */
const LONG = 100_000;

/** Somebody on an address of TLS whose handshake comes to nothing. */
export class TlsStranger {
  readonly actor: Actor;
  readonly who: number;
  private readonly outside: Outside;

  constructor(who: number, outside: Outside) {
    this.who = who;
    this.outside = outside;
    this.actor = new Actor(this.act());
  }

  private *act(): Act {
    const { random } = this.outside;
    yield random.below(500);
    for (let left = 1 + random.below(3); left > 0; left--) yield* this.visit();
  }

  private *visit(): Act {
    const { random, complaints } = this.outside;
    const manner = MANNERS[random.below(MANNERS.length)] as (typeof MANNERS)[number];
    this.outside.tell(`stranger ${this.who} ${manner}`);
    const peer = this.outside.dial(this.who);
    if (manner === 'speaks plainly') {
      peer.write('GET / HTTP/1.1\r\nHost: one\r\n\r\n');
      yield* this.untilOver(peer);
      const text = peer.text();
      if (!REFUSAL.startsWith(text.slice(0, REFUSAL.length)))
        complaints.push(`plain text is answered by ${text}`);
    } else if (manner === 'talks nonsense') {
      const bytes = Buffer.from(Array.from({ length: 1 + random.below(3000) }, () => random.below(256)));
      if (random.chance(0.7)) bytes.set([HANDSHAKE, VERSION, random.below(5)].slice(0, bytes.length));
      peer.write(bytes);
    } else if (manner !== 'says nothing') {
      const hello = helloOf('one');
      const length = manner === 'stops half-way' ? 1 + random.below(hello.length) : hello.length;
      if (manner === 'stops half-way') peer.write(hello.subarray(0, length));
      else {
        for (const byte of hello) {
          peer.write(Buffer.of(byte));
          if (random.chance(0.02)) yield random.below(100);
        }
      }
    }
    yield* this.leave(peer);
  }

  private *untilOver(peer: FakePeer): Act {
    for (let waited = 0; !peer.ended && !peer.wasReset && waited < LONG; waited += 1000) yield 1000;
  }

  private *leave(peer: FakePeer): Act {
    const { random } = this.outside;
    if (random.chance(0.5)) yield random.below(100);
    if (random.chance(0.3)) yield* this.untilOver(peer);
    if (random.chance(0.3)) peer.reset();
    else peer.close();
    yield IO;
  }
}

/** The first message of a client, with its header. */
function helloOf(serverName: string): Buffer {
  const client = new TlsClient(openSsl(), { serverName });
  client.goOn();
  const hello = client.take();
  client.free();
  return hello;
}
