import { type Address, formatAddress } from '../../address.ts';
import { ERRNO } from '../../ffi/errno.ts';
import { FakeListener } from './things.ts';

const FIRST_PORT = 40_000;

/** The listening sockets in memory, by address. */
export class FakeListeners {
  private readonly byName = new Map<string, FakeListener>();
  private readonly addresses = new Map<FakeListener, Address>();
  private nextPort = FIRST_PORT;

  /** @returns a listener at this address (port 0: at a free one), or -EADDRINUSE */
  open(address: Address): FakeListener | number {
    const own =
      address.family !== 'unix' && address.port === 0 ? { ...address, port: this.nextPort++ } : address;
    const name = formatAddress(own);
    if (this.byName.has(name)) return -ERRNO.EADDRINUSE;
    const listener = new FakeListener(name);
    this.byName.set(name, listener);
    this.addresses.set(listener, own);
    return listener;
  }

  /** @throws Error if nobody listens */
  at(address: Address): FakeListener {
    const listener = this.byName.get(formatAddress(address));
    if (listener === undefined) throw new Error(`nobody listens on ${formatAddress(address)}`);
    return listener;
  }

  addressOf(listener: FakeListener): Address | undefined {
    return this.addresses.get(listener);
  }

  close(listener: FakeListener): void {
    this.byName.delete(listener.name);
    this.addresses.delete(listener);
  }
}
