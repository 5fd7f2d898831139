import type { Host, Protocol, Welcome } from '../accept/guest.ts';
import { type Gate, ProxyGuest } from './proxy-guest.ts';

/** The log names connections without a header at most this often. */
const REPORT_EVERY_MS = 10_000;

/** Speaks another protocol behind a header of the PROXY protocol, which every connection must begin with. */
export function proxied(protocol: Protocol): Protocol {
  return (host) => {
    host.proxied = true;
    const welcome = protocol(host);
    const gate = gates.get(host) ?? new ProxyGate(host, welcome);
    // A header may be under way while another config comes: what follows it is what that one says.
    gate.welcome = welcome;
    gates.set(host, gate);
    return (fd, peer) => new ProxyGuest(host, gate, fd, peer);
  };
}

/** The one of each listening socket. */
const gates = new WeakMap<Host, ProxyGate>();

class ProxyGate implements Gate {
  welcome: Welcome;
  private readonly host: Host;
  private reportedAt = Number.NEGATIVE_INFINITY;
  private unreported = 0;

  constructor(host: Host, welcome: Welcome) {
    this.host = host;
    this.welcome = welcome;
  }

  failed(peer: string, reason: string): void {
    const { loop, edition } = this.host;
    this.unreported++;
    if (loop.now - this.reportedAt < REPORT_EVERY_MS) return;
    this.reportedAt = loop.now;
    edition.defaultSite.warn('proxy_protocol: connections without a usable header are closed', {
      client: peer,
      reason,
      connections: this.unreported,
    });
    this.unreported = 0;
  }
}
