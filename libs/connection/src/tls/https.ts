import { Memory } from '@webserv/event-loop';
import { USUAL } from '@webserv/pages';
import { Encoded, encodeWhole, text } from '@webserv/response';
import type { ClientHello, TlsContext } from '@webserv/tls';
import type { Host, Protocol, Welcome } from '../accept/guest.ts';
import type { Edition } from '../edition.ts';
import { http1 } from '../http1/http1.ts';
import { http2 } from '../http2/http2.ts';
import { ACME, type Contexts } from './contexts.ts';
import { HandshakeTurns } from './handshake-turns.ts';
import { HandshakeUdata, type Reception } from './handshake-udata.ts';

/** The log names handshakes that have failed at most this often. */
const REPORT_EVERY_MS = 10_000;

/** What clients get that speak HTTP without TLS. */
const PLAIN_ANSWER = 'This address speaks HTTPS: begin the URL with https:// in place of http://\n';

/** Speaks HTTP over TLS with every connection of a listening socket: after the handshake, what ALPN has chosen. */
export function https(contexts: Contexts): Protocol {
  return (host) => {
    const lobby = new Lobby(host, contexts);
    return (fd, remote) => {
      const wire = contexts.wires.open(lobby, lobby.plainAnswer);
      return new HandshakeUdata(host, lobby, wire, fd, remote);
    };
  };
}

/** What the handshakes of one listening socket share. */
class Lobby implements Reception {
  readonly turns: HandshakeTurns;
  private readonly host: Host;
  private readonly contexts: Contexts;
  private readonly http1: Welcome;
  private readonly http2: Welcome;
  /** Chooses among the servers of the address. */
  private front: TlsContext | null = null;
  private edition: Edition | null = null;
  private revision = -1;
  private answer: Memory | null = null;
  private answerDate = '';
  private reportedAt = Number.NEGATIVE_INFINITY;
  private unreported = 0;

  constructor(host: Host, contexts: Contexts) {
    this.host = host;
    this.contexts = contexts;
    this.turns = new HandshakeTurns(host.loop);
    this.http1 = http1(host);
    this.http2 = http2(host);
  }

  welcome(protocol: string): Welcome {
    this.contexts.handshakes.done++;
    return protocol === 'h2' ? this.http2 : this.http1;
  }

  /** What a new connection begins with. */
  get context(): TlsContext {
    const { contexts, host, front } = this;
    if (front !== null && this.edition === host.edition && this.revision === contexts.revision) return front;
    const { edition } = host;
    const { server } = edition.defaultSite;
    const choose = ({ serverName, protocols }: ClientHello): TlsContext | null => {
      const asked = edition.siteOf(serverName).server;
      if (asked.acme !== null && protocols.includes(ACME)) return contexts.challenge(serverName);
      return asked === server ? null : contexts.of(asked).context;
    };
    const made = contexts.front(server, choose, front);
    this.front = made;
    this.edition = edition;
    this.revision = contexts.revision;
    return made;
  }

  get plainAnswer(): Memory {
    const date = this.host.clock.text();
    if (this.answer !== null && this.answerDate === date) return this.answer;
    const whole = encodeWhole(text(400, PLAIN_ANSWER), { ...USUAL, keepAlive: false, date }, new Encoded());
    this.answer = Memory.from(whole ?? '');
    this.answerDate = date;
    return this.answer;
  }

  failed(remote: string, reason: string): void {
    const { loop, edition } = this.host;
    this.contexts.handshakes.failed++;
    this.unreported++;
    if (loop.now - this.reportedAt < REPORT_EVERY_MS) return;
    this.reportedAt = loop.now;
    edition.defaultSite.info('tls: handshakes have failed', {
      client: remote,
      reason,
      handshakes: this.unreported,
    });
    this.unreported = 0;
  }
}
