import { type ClientStream, Http2Client } from '@webserv/connection/testing';
import { readWritten } from '../../testing/written-request.ts';
import { type Act, Actor, IO } from './actor.ts';
import type { Outcome } from './answer-reader.ts';
import type { Ask, AskContext } from './ask.ts';
import { getFile } from './file-asks.ts';
import type { Peer } from './peer.ts';
import { SecurePeer, shakeHands } from './secure-peer.ts';
import { type Outside, USUAL } from './visitor.ts';

const CANCEL = 8;
const REFUSED_STREAM = 7;
/** Connections that one visitor makes at most. */
const TRIES = 30;
/** The server lets go of a connection that asks for nothing after less. */
const LONG = 100_000;

const MAKERS: readonly ((context: AskContext) => Ask)[] = [...USUAL, malformed];

/** What HTTP/2 forbids (RFC 9113, section 8). */
const MALFORMED: readonly string[] = ['TE: gzip', 'Proxy-Connection: x', 'Content-Length: 5'];

function malformed({ random }: AskContext): Ask {
  const line = MALFORMED[random.below(MALFORMED.length)] ?? '';
  return {
    label: `malformed: ${line}`,
    method: 'GET',
    head: `GET /about.txt HTTP/1.1\r\nHost: one\r\n${line}\r\n\r\n`,
    body: '',
    breaks: true,
    judge: (answer) => (answer.status === 400 ? null : `status ${answer.status}`),
  };
}

/** The content of a request that was written for HTTP/1.1. */
function contentOf({ body }: Ask, chunked: boolean): Buffer {
  if (!chunked) return Buffer.from(body, 'latin1');
  const parts: string[] = [];
  for (let at = 0; ; ) {
    const line = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.slice(at, line), 16);
    if (size === 0) return Buffer.from(parts.join(''), 'latin1');
    parts.push(body.slice(line + 2, line + 2 + size));
    at = line + 4 + size;
  }
}

/** What becomes of a request for another reason than its answer. */
type Manner = 'polite' | 'resets' | 'stalls';

/** A request on its stream. */
interface Flight {
  readonly ask: Ask;
  readonly stream: ClientStream;
  readonly content: Buffer;
  readonly from: number;
  readonly manner: Manner;
  sent: number;
}

/** One connection of a visitor. */
interface Line {
  readonly peer: Peer;
  readonly client: Http2Client;
  readonly flights: Flight[];
  /** Streams at once. */
  readonly most: number;
  readonly window: number;
  /** Milliseconds that it may still pause: it tries nobody's patience. */
  patience: number;
  /** It goes without a word when it has done so many things. */
  goesAfter: number;
}

/** A client that speaks HTTP/2: several requests at once, cut anywhere, over windows of its own. */
export class Http2Visitor {
  readonly actor: Actor;
  readonly who: number;
  private readonly outside: Outside;
  private readonly asks: Ask[] = [];

  constructor(who: number, outside: Outside) {
    const { random, site } = outside;
    this.who = who;
    this.outside = outside;
    const count = 1 + random.below(8);
    for (let index = 0; index < count; index++) {
      const maker = MAKERS[random.below(MAKERS.length)] ?? getFile;
      this.asks.push(maker({ random, devoted: false, site, who, mark: `<<v${who}.${index}>>` }));
    }
    this.actor = new Actor(this.act());
  }

  private *act(): Act {
    const { random, complaints } = this.outside;
    yield random.below(500);
    for (let tries = 0; this.asks.length > 0; tries++) {
      if (tries === TRIES) {
        complaints.push(`visitor ${this.who} is refused again and again: ${this.asks[0]?.label}`);
        return;
      }
      yield* this.visit();
    }
  }

  private *visit(): Act {
    const { random } = this.outside;
    const window = [1, 300, 5000, 65_535, 1 << 20][random.below(5)] ?? 1;
    const line: Line = {
      peer: this.outside.connect(this.who, true),
      client: new Http2Client(window),
      flights: [],
      most: 1 + random.below(5),
      window,
      patience: 8000,
      goesAfter: random.chance(0.1) ? random.below(12) : Number.POSITIVE_INFINITY,
    };
    yield* shakeHands(line.peer, random);
    yield* this.say(line, line.client.start());
    for (;;) {
      this.hear(line);
      const { client, peer, flights } = line;
      if (client.wrong !== '') {
        this.outside.complaints.push(`visitor ${this.who}: no HTTP/2: ${client.wrong}`);
        peer.reset();
        return;
      }
      this.settle(line);
      if (peer.ended || peer.wasReset) {
        this.broken(line);
        peer.close();
        return;
      }
      if (line.goesAfter-- <= 0) {
        this.outside.tell(`visitor ${this.who} vanishes`);
        if (random.chance(0.5)) peer.reset();
        else peer.close();
        return;
      }
      const frames = this.next(line);
      if (frames !== null) yield* this.say(line, frames);
      else if (flights.length > 0 || (this.asks.length > 0 && client.goAway === null)) yield IO;
      else {
        yield* this.leave(line);
        return;
      }
    }
  }

  private hear({ client, peer }: Line): void {
    client.read(peer.read());
    for (const reply of client.replies.splice(0)) peer.write(reply);
  }

  /** The frames that it sends now; null if it can only wait. */
  private next(line: Line): Buffer | null {
    const { random } = this.outside;
    const { client, flights } = line;
    if (client.granted < 30_000) return client.grant(null, 65_535);
    const choices: (() => Buffer | null)[] = [];
    if (this.asks.length > 0 && flights.length < line.most && client.goAway === null) {
      choices.push(() => this.begin(line));
    }
    for (const flight of flights) {
      if (flight.manner === 'resets' && random.chance(0.2)) choices.push(() => this.giveUp(line, flight));
      if (this.maySend(line, flight)) choices.push(() => this.more(line, flight));
      const low = flight.stream.inward <= line.window / 2;
      if (low && flight.manner !== 'stalls')
        choices.push(() => client.grant(flight.stream, line.window + 1000));
    }
    return choices[random.below(choices.length)]?.() ?? null;
  }

  private begin(line: Line): Buffer {
    const { random } = this.outside;
    const ask = this.asks.shift() as Ask;
    const { method, fields, length } = readWritten(
      ask.head.trimEnd(),
      line.peer instanceof SecurePeer ? 'https' : 'http',
    );
    const content = contentOf(ask, length < 0);
    const pairs = Object.entries(fields).flatMap(([name, value]) =>
      [value].flat().map((each): [string, string] => [name, String(each)]),
    );
    // A server takes eight CONTINUATION frames.
    const most = random.chance(0.2) ? 40 + random.below(40) : 16_384;
    const { stream, bytes } = line.client.request(pairs, content.length === 0, most);
    const manner = random.chance(0.85) ? 'polite' : random.chance(0.5) ? 'resets' : 'stalls';
    line.flights.push({ ask, stream, content, from: this.outside.step(), manner, sent: 0 });
    this.outside.tell(`visitor ${this.who} asks on ${stream.id}: ${ask.label}, ${method}, ${manner}`);
    return bytes;
  }

  private maySend({ client }: Line, { ask, stream, content, sent }: Flight): boolean {
    if (sent === content.length || stream.ended || stream.reset >= 0) return false;
    if (ask.expects === true && !stream.continued) return false;
    return client.room(stream) > 0;
  }

  private more({ client }: Line, flight: Flight): Buffer {
    const { random } = this.outside;
    const { stream, content, sent } = flight;
    const most = Math.min(client.room(stream), content.length - sent, 16_384);
    const size = random.chance(0.5) ? most : 1 + random.below(most);
    flight.sent += size;
    return client.data(stream, content.subarray(sent, sent + size), flight.sent === content.length);
  }

  private giveUp({ client, flights }: Line, flight: Flight): Buffer {
    flights.splice(flights.indexOf(flight), 1);
    this.outside.tell(`visitor ${this.who} resets ${flight.stream.id}`);
    return client.giveUp(flight.stream, CANCEL);
  }

  /** Takes down what has come to its end. */
  private settle(line: Line): void {
    const { client, peer, flights } = line;
    for (const flight of [...flights]) {
      const { stream, content, sent, ask, manner } = flight;
      const unheard = client.goAway !== null && stream.id > client.goAway.last;
      if (!stream.ended && stream.reset < 0 && !unheard) continue;
      flights.splice(flights.indexOf(flight), 1);
      if (stream.ended && stream.reset < 0 && sent < content.length)
        peer.write(client.giveUp(stream, CANCEL));
      // It was not looked at, and is asked again (RFC 9113, section 8.7).
      if (!stream.ended && stream.status === 0 && (unheard || stream.reset === REFUSED_STREAM))
        this.asks.push(ask);
      else if (manner === 'polite') this.tookDown(line, flight);
    }
  }

  /** The connection is over: so are its streams. */
  private broken(line: Line): void {
    const { client, flights } = line;
    const { goAway } = client;
    const said = goAway === null ? 'without a word' : `by GOAWAY ${goAway.code} of ${goAway.last}`;
    this.outside.tell(`visitor ${this.who} is closed ${said}${line.peer.wasReset ? ', and reset' : ''}`);
    for (const flight of flights.splice(0)) if (flight.manner === 'polite') this.tookDown(line, flight);
  }

  private tookDown(line: Line, { ask, stream, from }: Flight): void {
    const { visits, tell, step } = this.outside;
    const outcome = outcomeOf(stream);
    // Its connection has been there without a request, if only between two frames.
    const later = true;
    visits.push({ who: this.who, ask, peer: line.peer, from, to: step.call(this.outside), outcome, later });
    tell.call(this.outside, `visitor ${this.who} has ${outcome.kind} on ${stream.id} for: ${ask.label}`);
  }

  /** Sends in pieces, with pauses that try nobody's patience: sometimes a byte at a time. */
  private *say(line: Line, bytes: Buffer): Act {
    const { random } = this.outside;
    const { peer } = line;
    const pieces = random.chance(0.6)
      ? 1
      : random.chance(0.1)
        ? Math.min(bytes.length, 300)
        : 1 + random.below(5);
    const size = Math.max(1, Math.ceil(bytes.length / pieces));
    for (let at = 0; at < bytes.length; at += size) {
      peer.write(bytes.subarray(at, at + size));
      if (!random.chance(pieces > 20 ? 0.02 : 0.4)) continue;
      const pause = random.below(random.chance(0.1) ? 2000 : 20);
      if (pause > line.patience) continue;
      line.patience -= pause;
      yield pause;
    }
  }

  private *leave({ peer, client }: Line): Act {
    const { random } = this.outside;
    if (random.chance(0.5)) yield random.below(100);
    if (random.chance(0.2)) {
      // Idle, until the server closes.
      for (let waited = 0; !peer.ended && !peer.wasReset && waited < LONG; waited += 1000) yield 1000;
      client.read(peer.read());
    }
    if (random.chance(0.3)) peer.reset();
    else peer.close();
  }
}

function outcomeOf({ ended, status, fields, parts }: ClientStream): Outcome {
  if (!ended) return status === 0 ? { kind: 'closed' } : { kind: 'cut', status };
  return { kind: 'answer', answer: { status, headers: fields, body: Buffer.concat(parts), persists: true } };
}
