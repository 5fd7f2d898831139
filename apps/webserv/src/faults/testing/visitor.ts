import type { FakePeer, Random } from '@webserv/event-loop/testing';
import { type Act, Actor, IO } from './actor.ts';
import { AnswerReader, type Outcome } from './answer-reader.ts';
import type { Ask, AskContext } from './ask.ts';
import {
  getFile,
  getRange,
  getUnchanged,
  headFile,
  list,
  postForm,
  postRaw,
  putFile,
  remove,
} from './file-asks.ts';
import { plain, refused, runScript } from './other-asks.ts';
import type { Peer } from './peer.ts';
import { shakeHands } from './secure-peer.ts';
import type { SitePlan } from './site-plan.ts';

/** One request of a visitor, and what has come back. */
export interface Visit {
  readonly who: number;
  readonly ask: Ask;
  readonly peer: Peer;
  /** Steps of the run. */
  readonly from: number;
  readonly to: number;
  readonly outcome: Outcome;
  /** The connection had answered a request before. */
  readonly later: boolean;
}

/** What a visitor needs of the world. */
export interface Outside {
  readonly random: Random;
  readonly site: SitePlan;
  readonly visits: Visit[];
  /** Everything that is wrong whatever the outcome. */
  readonly complaints: string[];
  readonly peers: Peer[];
  step(): number;
  /** @param streams it speaks HTTP/2 */
  connect(who: number, streams: boolean): Peer;
  /** A connection without TLS to the address of visitors, whatever that speaks. */
  dial(who: number): FakePeer;
  tell(line: string): void;
}

type Maker = (context: AskContext) => Ask;
/** What visitors ask for, whatever they speak. */
export const USUAL: readonly Maker[] = [
  getFile,
  getFile,
  getFile,
  headFile,
  getRange,
  getUnchanged,
  list,
  remove,
  postRaw,
  postRaw,
  postForm,
  putFile,
  putFile,
  runScript,
  runScript,
  plain,
];

const MAKERS: readonly Maker[] = [...USUAL, refused];

/** Of whoever reads and changes one file: what was replaced or deleted must never be seen again. */
const DEVOTED: readonly Maker[] = [getFile, getFile, getFile, headFile, remove, postRaw, putFile];

/** Ways to end a request that deserve no answer, or get none. */
const RUDE = ['resets', 'stalls', 'stops reading', 'vanishes'] as const;

/** A client: some connections, some requests on each, in manners that the seed decides. */
export class Visitor {
  readonly actor: Actor;
  readonly who: number;
  private readonly outside: Outside;
  private readonly asks: Ask[] = [];
  private next = 0;

  constructor(who: number, outside: Outside) {
    const { random, site } = outside;
    this.who = who;
    this.outside = outside;
    const devoted = random.chance(0.2);
    const count = 1 + random.below(devoted ? 10 : 5);
    const makers = devoted ? DEVOTED : MAKERS;
    for (let index = 0; index < count; index++) {
      const maker = makers[random.below(makers.length)] as Maker;
      this.asks.push(maker({ random, devoted, site, who, mark: `<<v${who}.${index}>>` }));
    }
    this.actor = new Actor(this.act());
  }

  private *act(): Act {
    const { random } = this.outside;
    yield random.below(500);
    while (this.next < this.asks.length) {
      const peer = this.outside.connect(this.who, false);
      yield* shakeHands(peer, random);
      const reader = new AnswerReader(peer);
      if (random.chance(0.12)) yield* this.rude(peer, reader);
      else if (random.chance(0.25)) yield* this.pipeline(peer, reader);
      else yield* this.converse(peer, reader);
      yield* this.leave(peer, reader);
    }
  }

  /** One request after the other. */
  private *converse(peer: Peer, reader: AnswerReader): Act {
    const { random } = this.outside;
    for (let later = false; ; later = true) {
      const ask = this.asks[this.next++] as Ask;
      const from = this.outside.step();
      yield* this.send(peer, reader, ask);
      // A client that sends no more may still be reading.
      const halves = random.chance(0.1);
      if (halves) peer.end();
      const goesOn = yield* this.await(peer, reader, ask, from, later);
      if (!goesOn || halves || this.next === this.asks.length) return;
      yield random.below(random.chance(0.5) ? 50 : 1000);
    }
  }

  /** All that is left at once, up to one that ends the connection. */
  private *pipeline(peer: Peer, reader: AnswerReader): Act {
    const asks: Ask[] = [];
    for (let at = this.next; at < this.asks.length; at++) {
      const ask = this.asks[at] as Ask;
      if (ask.expects) break;
      asks.push(ask);
      if (ask.ends || ask.breaks) break;
    }
    if (asks.length === 0) {
      yield* this.converse(peer, reader);
      return;
    }
    const from = this.outside.step();
    yield* this.trickle(peer, asks.map(({ head, body }) => head + body).join(''));
    for (let index = 0; index < asks.length; index++) {
      this.next++;
      // What stands behind an answer that closes has not been looked at: it is asked again on the next connection.
      if (!(yield* this.await(peer, reader, asks[index] as Ask, from, index > 0))) return;
    }
  }

  private *rude(peer: Peer, reader: AnswerReader): Act {
    const { random } = this.outside;
    const ask = this.asks[this.next++] as Ask;
    const manner = RUDE[random.below(RUDE.length)] as (typeof RUDE)[number];
    this.outside.tell(`visitor ${this.who} ${manner}: ${ask.label}`);
    const bytes = ask.head + ask.body;
    const part =
      manner === 'vanishes' || manner === 'stops reading' ? bytes.length : random.below(bytes.length);
    if (manner === 'stops reading') peer.stop();
    yield* this.trickle(peer, bytes.slice(0, part));
    if (manner === 'resets') peer.reset();
    else if (manner === 'vanishes') peer.close();
    else if (manner === 'stalls') while (!reader.over) yield IO;
    else {
      yield 100_000;
      peer.resume();
    }
  }

  private *send(peer: Peer, reader: AnswerReader, ask: Ask): Act {
    this.outside.tell(`visitor ${this.who} asks: ${ask.label}`);
    yield* this.trickle(peer, ask.head);
    if (ask.expects) {
      while (!reader.toldToGoOn && !reader.over && !reader.final) yield IO;
      if (!reader.toldToGoOn) return;
    }
    yield* this.trickle(peer, ask.body);
  }

  /** Sends in pieces, with pauses that try nobody's patience. */
  private *trickle(peer: Peer, text: string): Act {
    const { random } = this.outside;
    const bytes = Buffer.from(text, 'latin1');
    const pieces = random.chance(0.5) ? 1 : 1 + random.below(5);
    for (let at = 0; at < bytes.length; ) {
      const size = Math.max(1, Math.ceil(bytes.length / pieces));
      peer.write(bytes.subarray(at, at + size));
      at += size;
      if (at < bytes.length && random.chance(0.7)) yield random.below(40);
    }
  }

  /** @returns whether the connection goes on */
  private *await(
    peer: Peer,
    reader: AnswerReader,
    ask: Ask,
    from: number,
    later: boolean,
  ): Generator<number, boolean, void> {
    let outcome = reader.next(ask.method);
    while (outcome === null) {
      yield IO;
      outcome = reader.next(ask.method);
    }
    const to = this.outside.step();
    this.outside.visits.push({ who: this.who, ask, peer, from, to, outcome, later });
    this.outside.tell(`visitor ${this.who} has ${told(outcome)} for: ${ask.label}`);
    return outcome.kind === 'answer' && outcome.answer.persists;
  }

  /** Goes, in one of the ways that clients have, and looks at what has come that nobody asked for. */
  private *leave(peer: Peer, reader: AnswerReader): Act {
    const { random, complaints } = this.outside;
    if (peer.gone) return;
    if (random.chance(0.5)) yield random.below(100);
    if (reader.rest > 0 && reader.next('GET')?.kind === 'answer') {
      const last = this.outside.visits.at(-1);
      if (last?.peer === peer)
        complaints.push(`visitor ${this.who}: one answer too many after: ${last.ask.label}`);
    }
    if (random.chance(0.3)) peer.reset();
    else if (random.chance(0.5)) peer.close();
    else {
      peer.end();
      while (!reader.over) yield IO;
    }
  }
}

function told(outcome: Outcome): string {
  if (outcome.kind === 'answer') return `${outcome.answer.status}, ${outcome.answer.body.length} bytes`;
  return outcome.kind === 'cut' ? `a part of ${outcome.status}` : outcome.kind;
}
