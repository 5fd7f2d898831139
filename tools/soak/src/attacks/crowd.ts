import { createConnection, type Socket } from 'node:net';

/** A connection of an attacker, which expects errors. */
export class Intruder {
  readonly socket: Socket;
  /** Bytes that have arrived. */
  received = 0;
  /** The first bytes that arrived, for their status line. */
  head = '';
  gone = false;

  constructor(port: number, address = '127.0.0.1') {
    this.socket = createConnection({
      port,
      host: '127.0.0.1',
      localAddress: address,
      noDelay: true,
      allowHalfOpen: true,
    });
    this.socket.on('data', (chunk) => {
      this.received += chunk.length;
      if (this.head.length < 64) this.head += chunk.toString('latin1', 0, 64);
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => {
      this.gone = true;
    });
  }

  /** Resolves when the connection is open, or has failed. */
  connected(): Promise<void> {
    if (!this.socket.connecting) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once('connect', resolve);
      this.socket.once('close', () => resolve());
    });
  }

  send(bytes: string | Uint8Array): void {
    if (!this.socket.destroyed)
      this.socket.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** Resolves when the server has closed, or `over` is aborted. */
  ended(over: AbortSignal): Promise<void> {
    if (this.gone || over.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      this.socket.once('end', resolve);
      this.socket.once('close', () => resolve());
      over.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Reads nothing more from the socket, so that the kernel's buffers fill up. */
  stopReading(): void {
    this.socket.pause();
  }

  /** As `stopReading`, but after the first piece, which holds the status. */
  readOnce(): void {
    this.socket.once('data', () => this.socket.pause());
  }

  get status(): string {
    return /^HTTP\/1\.1 (\d{3})/.exec(this.head)?.[1] ?? (this.gone ? 'closed' : 'no answer');
  }

  reset(): void {
    if (!this.socket.destroyed) this.socket.resetAndDestroy();
  }
}

/** Opens `count` connections at once and waits until each is open or has failed. */
export async function crowd(count: number, port: number, address?: string): Promise<Intruder[]> {
  const all = Array.from({ length: count }, () => new Intruder(port, address));
  await Promise.all(all.map((each) => each.connected()));
  return all;
}

export function resetAll(all: readonly Intruder[]): void {
  for (const each of all) each.reset();
}

/** `12 x 200, 3 x no answer` */
export function tally(all: readonly Intruder[]): string {
  const counts = new Map<string, number>();
  for (const { status } of all) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([status, count]) => `${count} x ${status}`)
    .join(', ');
}

/** Resolves after `ms`, or as soon as `over` is aborted. */
export function pause(ms: number, over: AbortSignal): Promise<void> {
  if (over.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    over.addEventListener('abort', done, { once: true });
    function done(): void {
      clearTimeout(timer);
      over.removeEventListener('abort', done);
      resolve();
    }
  });
}
