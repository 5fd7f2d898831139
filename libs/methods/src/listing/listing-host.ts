import type { Server } from '@webserv/config';
import type { MemoryLedger } from '../bounds/memory-ledger.ts';
import type { Work } from '../bounds/turns.ts';
import type { Files } from '../disk/files.ts';

/** The server of a listing, and the resources that the listing may use. */
export interface ListingHost {
  readonly server: Server;
  readonly files: Files;
  readonly memory: MemoryLedger;
  /** As `Services.later`. */
  readonly later: (work: Work) => void;
  readonly nowMs: number;
}
