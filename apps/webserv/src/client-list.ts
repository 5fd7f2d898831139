import type { ClientUdata } from './client-udata.ts';

/**
 * The connections of one listening socket, in the order in which they last fell idle: the first idle one from the front
 * is the one to close when room is needed.
 */
export class ClientList {
  size = 0;
  private first: ClientUdata | null = null;
  private last: ClientUdata | null = null;

  append(client: ClientUdata): void {
    client.previous = this.last;
    client.next = null;
    if (this.last === null) this.first = client;
    else this.last.next = client;
    this.last = client;
    this.size++;
  }

  remove(client: ClientUdata): void {
    if (client.previous === null) this.first = client.next;
    else client.previous.next = client.next;
    if (client.next === null) this.last = client.previous;
    else client.next.previous = client.previous;
    client.previous = null;
    client.next = null;
    this.size--;
  }

  /** Puts a client behind all others: none has been idle for a shorter time. */
  moveToEnd(client: ClientUdata): void {
    if (this.last === client) return;
    this.remove(client);
    this.append(client);
  }

  oldestIdle(): ClientUdata | null {
    for (let client = this.first; client !== null; client = client.next) if (client.idle) return client;
    return null;
  }

  *[Symbol.iterator](): IterableIterator<ClientUdata> {
    for (let client = this.first; client !== null; ) {
      // The caller may close it, which takes it out of the list.
      const { next } = client;
      yield client;
      client = next;
    }
  }
}
