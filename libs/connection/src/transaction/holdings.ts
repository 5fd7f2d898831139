import type { CacheEntry } from '@webserv/cache';
import type { Memory } from '@webserv/event-loop';
import type { MemoryLedger } from '@webserv/methods';
import { MemoryPool, type Page } from '@webserv/pages';
import type { Reply, Successor } from '@webserv/response';
import type { Site } from '../site.ts';

/** Of all servers of the process: a piece depends on nothing. */
const pool = new MemoryPool();

/** What a response holds of others beside its reply. All of it is let go at once, sent or not. */
export class Holdings {
  private entry: CacheEntry<Page> | null = null;
  private entryOf: Site['pages']['cache'] | null = null;
  /** Memory of the pool that a file is being sent from, and what counts it. */
  private lent: Memory | null = null;
  private lentBy: MemoryLedger | null = null;
  /** It makes the answer, in place of a reply that is not sent. */
  private successor: Successor | null = null;

  hold({ pages: { cache } }: Site, entry: CacheEntry<Page>): void {
    cache.hold(entry);
    this.entry = entry;
    this.entryOf = cache;
  }

  /** Returns memory of the pool; null if the ledger has none to spare. */
  lend(ledger: MemoryLedger, size: number): Memory | null {
    if (!ledger.spare(MemoryPool.capacityOf(size))) return null;
    this.lent = pool.take(size);
    this.lentBy = ledger;
    return this.lent;
  }

  /** Waits for the answer that is sent in place of a reply. */
  await(reply: Reply, successor: Successor, send: (answer: Reply) => void): void {
    reply.successor = null;
    this.successor = successor;
    successor.begin(reply, (answer) => {
      this.successor = null;
      send(answer);
    });
  }

  letGo(): void {
    const { entry, entryOf, lent, lentBy, successor } = this;
    this.entry = null;
    this.lent = null;
    this.successor = null;
    if (lent !== null) {
      lentBy?.give(lent.size);
      pool.give(lent);
    }
    successor?.abandon();
    if (entry !== null) entryOf?.unhold(entry);
  }
}
