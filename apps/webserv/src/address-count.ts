import { parseIpv6 } from '@webserv/event-loop';

/** Connections by the address that they come from. An IPv6 client has a /64 network to choose addresses from. */
export class AddressCount {
  private readonly counts = new Map<string, number>();

  /** Connections of the address, and of those that count as one with it. */
  of(remote: string): number {
    return this.counts.get(countedAs(remote)) ?? 0;
  }

  add(remote: string): void {
    const key = countedAs(remote);
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  remove(remote: string): void {
    const key = countedAs(remote);
    const count = this.counts.get(key) ?? 0;
    if (count > 1) this.counts.set(key, count - 1);
    else this.counts.delete(key);
  }
}

/** The first 64 bits of an IPv6 address, any other as it is. */
export function countedAs(remote: string): string {
  const groups = remote.includes(':') ? parseIpv6(remote) : null;
  return groups === null ? remote : `${groups[0]}:${groups[1]}:${groups[2]}:${groups[3]}`;
}
