import type { RequestHead } from '@webserv/request';
import { inSlices } from '../bounds/in-slices.ts';
import type { Ledger } from '../bounds/ledger.ts';
import type { MemoryLedger } from '../bounds/memory-ledger.ts';
import type { UploadPlace } from '../bounds/upload-places.ts';
import { ERRNO } from '../disk/errno.ts';
import { join } from '../disk/join.ts';
import type { Room } from '../disk/room.ts';
import type { Exchange, Services } from '../exchange.ts';
import { present } from '../present.ts';
import { Draft, type DraftOwner } from './draft.ts';
import { journalLine, journalPath, journalText } from './journal.ts';
import type { StoredFile } from './stored-file.ts';
import type { UploadRules } from './upload-rules.ts';

/** The owner of an upload. */
export interface UploadOwner {
  /** After `write` has returned false: more may come. */
  ready(): void;
  /** After `end`: the file is whole, the next may begin. */
  fileWhole(): void;
  /** After `commit`: all files are in place. */
  stored(): void;
  /** Nothing is stored, and nothing is left. @param errno negative */
  failed(errno: number, place: string): void;
}

/**
 * The files of one request, one after the other into one folder: all of them are stored, or none.
 *
 *     idle --begin()--> filling --end()--> closing --fileWhole()--> idle ... --commit()--> committing --stored()--> over
 *     any of them --failed() or discard()--> over
 *
 * A form may have thousands of files, each of which takes system calls that nothing can wait for: they are put in place,
 * or taken back, in slices, with turns for everybody else in between. The journal stands from before the first until
 * behind the last of them.
 */
export class Upload implements DraftOwner {
  private readonly services: Services;
  private readonly rules: UploadRules;
  private readonly owner: UploadOwner;
  private readonly ledger: Ledger;
  private readonly memory: MemoryLedger;
  private readonly drafts: Draft[] = [];
  private readonly names = new Set<string>();
  private current: Draft | null = null;
  private readonly address: string;
  private slot: UploadPlace | null = null;
  /** Bytes that stand in the ledger. */
  private held = 0;
  /** Its path while there is one. */
  private journal = '';
  private committing = false;
  private over = false;

  constructor(exchange: Exchange, rules: UploadRules, owner: UploadOwner) {
    const { services, server, remote } = exchange;
    this.services = services;
    this.rules = rules;
    this.owner = owner;
    this.ledger = services.ledgerOf(server);
    this.memory = services.memoryOf(server);
    this.address = services.addressOf(remote);
  }

  get files(): readonly StoredFile[] {
    return this.drafts;
  }

  /**
   * Begins a file. Where its name is taken, that is said before its content has been read.
   * @param name one that is fit for the folder
   * @param atMost bytes that will come of it; Infinity where nobody knows
   * @returns 0 or -errno; nothing has begun then
   */
  begin(name: string, atMost: number): number {
    this.slot ??= this.ledger.places.enter(this.address, () =>
      this.fail(TOO_MUCH, 'max_uploads: the slowest'),
    );
    if (this.slot === null) return TOO_MUCH;
    const error = this.open(name, atMost);
    // Nothing of a first file is left that could be discarded.
    if (error < 0 && this.drafts.length === 0) this.settleAccount();
    return error;
  }

  /**
   * Whether a name is free for a file: said before anything of it has come, and without a place.
   * @returns 0 or -errno
   */
  mayStore(name: string): number {
    const { rules, services } = this;
    // Two files of one name in one form cannot both be stored, whatever may be replaced.
    if (this.names.has(name)) return -ERRNO.EEXIST;
    const taken = rules.overwrite ? -ERRNO.ENOENT : services.store.taken(join(rules.folder, name));
    if (taken === -ERRNO.ENOENT) return 0;
    return taken === 0 ? -ERRNO.EEXIST : taken;
  }

  private open(name: string, atMost: number): number {
    const { rules, services } = this;
    const taken = this.mayStore(name);
    if (taken < 0) return taken;
    // What comes first is gathered in any case.
    if (!this.memory.take(FIRST_PIECE)) return -ERRNO.ENOMEM;
    this.memory.give(FIRST_PIECE);
    const draft = Draft.open(services, this, rules, { name, atMost, memory: this.memory });
    if (typeof draft === 'number') return draft;
    this.names.add(name);
    this.drafts.push(draft);
    this.current = draft;
    return 0;
  }

  /** Content of the file that was begun last. As `FileWriter.write`, but that it may fail at once: then it is over. */
  write(bytes: Buffer, start: number, end: number): boolean {
    if (this.over) return true;
    if (!this.ledger.hold(end - start)) {
      this.fail(TOO_MUCH, 'temp_disk');
      return true;
    }
    this.held += end - start;
    this.slot?.moved(end - start);
    const more = present(this.current, 'the file of an upload').write(bytes, start, end);
    this.waitsForDisk(!more);
    return more;
  }

  /** As `FileWriter.room`, of the file that was begun last. */
  room(): Room | null {
    return this.current === null ? null : this.current.room();
  }

  end(): void {
    this.waitsForDisk(true);
    present(this.current, 'the file of an upload').finish();
  }

  /** Puts all files in place. None may be open. */
  commit(): void {
    this.committing = true;
    this.waitsForDisk(true);
    if (this.drafts.length < 2) this.place();
    else this.writeJournal();
  }

  /** Several names cannot be given in one step: a note tells the next start what to undo, should it break off. */
  private writeJournal(): void {
    const { rules, services } = this;
    const path = journalPath(rules.folder);
    const entries: string[] = [];
    this.inSlices(
      (draft) => entries.push(journalLine(draft.journalEntry)) > 0,
      () => {
        const error = services.store.write(path, journalText(entries));
        // Also where it failed half-way: what is there of it goes.
        this.journal = path;
        if (error < 0) this.fail(error, 'journal');
        else if (rules.fsync) this.syncAll([path, rules.folder], () => this.place());
        else this.place();
      },
    );
  }

  private place(): void {
    const { rules, drafts } = this;
    const undoable = drafts.length > 1 || rules.fsync;
    this.inSlices(
      (draft) => {
        const result = draft.place(undoable);
        if (result < 0) this.fail(result, 'rename');
        return result >= 0;
      },
      () => {
        if (rules.fsync && drafts.length > 0) this.syncAll([rules.folder], () => this.placed());
        else this.settle();
      },
    );
  }

  /** Goes through the files, unless it is given up meanwhile. */
  private inSlices(act: (draft: Draft) => boolean, done: () => void): void {
    const { drafts, services } = this;
    const unless = (draft: Draft): boolean => !this.over && act(draft);
    inSlices(drafts, services.later, unless, () => {
      if (!this.over) done();
    });
  }

  /** On the disk: without its note the form is stored for good, so that must be gone from the disk as well. */
  private placed(): void {
    if (this.journal === '') {
      this.settle();
      return;
    }
    this.dropJournal();
    this.syncAll([this.rules.folder], () => this.settle());
  }

  private syncAll(paths: readonly string[], then: () => void): void {
    const [path, ...rest] = paths;
    if (path === undefined) {
      then();
      return;
    }
    this.services.store.syncPath(path, (result) => {
      if (this.over) return;
      if (result < 0) this.fail(result, 'fsync');
      else this.syncAll(rest, then);
    });
  }

  /** Gives all of it up. Nothing of the owner is called afterwards. */
  discard(): void {
    this.undo(() => {});
  }

  /** The last one first: it may be at work. */
  private undo(then: () => void): void {
    if (this.over) return;
    this.over = true;
    this.current = null;
    const discard = (draft: Draft): boolean => {
      draft.discard();
      return true;
    };
    inSlices([...this.drafts].reverse(), this.services.later, discard, () => {
      this.settleAccount();
      this.dropJournal();
      then();
    });
  }

  draftReady(): void {
    this.waitsForDisk(false);
    this.owner.ready();
  }

  draftWhole(): void {
    this.current = null;
    this.waitsForDisk(false);
    this.owner.fileWhole();
  }

  draftFailed(errno: number, place: string): void {
    this.fail(errno, place);
  }

  private settle(): void {
    this.over = true;
    // First of all: what comes after it is swept, not undone, if it breaks off.
    this.dropJournal();
    const settle = (draft: Draft): boolean => {
      draft.settle();
      return true;
    };
    inSlices(this.drafts, this.services.later, settle, () => {
      this.settleAccount();
      this.owner.stored();
    });
  }

  private settleAccount(): void {
    this.ledger.release(this.held);
    this.held = 0;
    this.slot?.leave();
    this.slot = null;
  }

  /** Only an upload that waits for its client can be slow. */
  private waitsForDisk(waits: boolean): void {
    if (this.slot === null) return;
    this.slot.busy = waits;
    if (!waits) this.slot.moved(0);
  }

  private dropJournal(): void {
    if (this.journal !== '') this.services.store.remove(this.journal);
    this.journal = '';
  }

  /** While files are put in place, the owner hears of a failure when none is left: nobody may find one afterwards. */
  private fail(errno: number, place: string): void {
    const { committing } = this;
    this.undo(() => {
      if (committing) this.owner.failed(errno, place);
    });
    if (!committing) this.owner.failed(errno, place);
  }
}

/** What one receive may bring: an upload for which there is no memory for that much is not begun. */
const FIRST_PIECE = 64 << 10;

/** No call on a file in a folder says this: the ledger is full, not the disk. */
const TOO_MUCH = -ERRNO.EAGAIN;

/** Bytes of a body: what its length says, or Infinity if its end shows it. */
export function lengthAtMost(head: RequestHead): number {
  return head.contentLength < 0 ? Number.POSITIVE_INFINITY : head.contentLength;
}

/** Why it could not begin, for the log. */
export function beginPlace(errno: number): string {
  if (errno === -ERRNO.ENOMEM) return 'memory_limit';
  return errno === TOO_MUCH ? 'max_uploads' : 'open upload';
}
