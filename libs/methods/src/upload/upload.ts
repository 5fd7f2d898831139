import type { RequestHead } from '@webserv/request';
import { inSlices } from '../bounds/in-slices.ts';
import type { Ledger } from '../bounds/ledger.ts';
import type { MemoryLedger } from '../bounds/memory-ledger.ts';
import type { UploadPlace } from '../bounds/upload-places.ts';
import { join } from '../disk/disk-path.ts';
import { ERRNO } from '../disk/errno.ts';
import type { Room } from '../disk/room.ts';
import type { Exchange, Services } from '../exchange.ts';
import { present } from '../present.ts';
import { Draft, type DraftOwner } from './draft.ts';
import { journalLine, journalPath, journalText } from './journal.ts';
import type { StoredFile } from './stored-file.ts';
import type { UploadRules } from './upload-rules.ts';

/** The owner of an upload. */
export interface UploadOwner {
  /** Called after `write` returned false: the upload takes more now. */
  ready(): void;
  /** Called after `end`: the file is whole, and the next may begin. */
  fileWhole(): void;
  /** Called after `commit`: all files are in place. */
  stored(): void;
  /** The upload failed. Nothing is stored, and nothing is left. @param errno negative */
  failed(errno: number, place: string): void;
}

/**
 * Stores the files of one request in one folder, one after the other: all of them or none.
 *
 *     idle --begin()--> filling --end()--> closing --fileWhole()--> idle ... --commit()--> committing --stored()--> over
 *     any of them --failed() or discard()--> over
 *
 * A form may have a thousand files, and each takes system calls that block the loop. The upload therefore places or removes
 * them in slices, so that other work gets its turns. The journal exists from before the first rename until after the last.
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
  /** Bytes that this upload holds in the ledger. */
  private held = 0;
  /** The path of the journal; '' if there is none. */
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
   * Begins a file. A taken name fails here, before the content is read.
   * @param name a name that is fit for the folder
   * @param atMost the most bytes of its content; Infinity if that is not known
   * @returns 0 or -errno; after an error nothing has begun
   */
  begin(name: string, atMost: number): number {
    this.slot ??= this.ledger.places.enter(this.address, () =>
      this.fail(TOO_MUCH, 'max_uploads: the slowest'),
    );
    if (this.slot === null) return TOO_MUCH;
    const error = this.open(name, atMost);
    // A first file that failed left nothing to discard.
    if (error < 0 && this.drafts.length === 0) this.settleAccount();
    return error;
  }

  /**
   * Whether a name is free for a file. The call needs no content and no place among the uploads.
   * @returns 0 or -errno
   */
  mayStore(name: string): number {
    const { rules, services } = this;
    // One form cannot store two files of the same name, even with `upload_overwrite on`.
    if (this.names.has(name)) return -ERRNO.EEXIST;
    const taken = rules.overwrite ? -ERRNO.ENOENT : services.store.taken(join(rules.folder, name));
    if (taken === -ERRNO.ENOENT) return 0;
    return taken === 0 ? -ERRNO.EEXIST : taken;
  }

  private open(name: string, atMost: number): number {
    const { rules, services } = this;
    const taken = this.mayStore(name);
    if (taken < 0) return taken;
    // The writer collects the first bytes in any case.
    if (!this.memory.take(FIRST_PIECE)) return -ERRNO.ENOMEM;
    this.memory.give(FIRST_PIECE);
    const draft = Draft.open(services, this, rules, { name, atMost, memory: this.memory });
    if (typeof draft === 'number') return draft;
    this.names.add(name);
    this.drafts.push(draft);
    this.current = draft;
    return 0;
  }

  /** Writes to the current file, as `FileWriter.write`. It may also fail at once: then the upload is over. */
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

  /** As `FileWriter.room`, for the current file. */
  room(): Room | null {
    return this.current === null ? null : this.current.room();
  }

  end(): void {
    this.waitsForDisk(true);
    present(this.current, 'the file of an upload').finish();
  }

  /** Puts all files in place. No file may be open. */
  commit(): void {
    this.committing = true;
    this.waitsForDisk(true);
    if (this.drafts.length < 2) this.place();
    else this.writeJournal();
  }

  /** Writes the journal. Several renames are not one step, so after a crash the next start must know what to undo. */
  private writeJournal(): void {
    const { rules, services } = this;
    const path = journalPath(rules.folder);
    const entries: string[] = [];
    this.inSlices(
      (draft) => entries.push(journalLine(draft.journalEntry)) > 0,
      () => {
        const error = services.store.write(path, journalText(entries));
        // Set even after an error, so that a half-written journal is removed.
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

  /** Calls `act` for each file in slices, until the upload is over. */
  private inSlices(act: (draft: Draft) => boolean, done: () => void): void {
    const { drafts, services } = this;
    const unless = (draft: Draft): boolean => !this.over && act(draft);
    inSlices(drafts, services.later, unless, () => {
      if (!this.over) done();
    });
  }

  /** Removes the journal and syncs the folder: the form is stored for good only when the journal is gone from the disk. */
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

  /** Discards the whole upload. It calls nothing of the owner afterwards. */
  discard(): void {
    this.undo(() => {});
  }

  /** Discards all files, the last one first, because it may still be written. */
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
    // The journal goes first. If the process ends after that, the next start removes the leftovers and keeps the form.
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

  /** Notes whether the upload waits for the disk: only one that waits for its client can be slow. */
  private waitsForDisk(waits: boolean): void {
    if (this.slot === null) return;
    this.slot.busy = waits;
    if (!waits) this.slot.moved(0);
  }

  private dropJournal(): void {
    if (this.journal !== '') this.services.store.remove(this.journal);
    this.journal = '';
  }

  /** Fails the upload. After `commit`, the owner is called only when all files are gone: no client may find one later. */
  private fail(errno: number, place: string): void {
    const { committing } = this;
    this.undo(() => {
      if (committing) this.owner.failed(errno, place);
    });
    if (!committing) this.owner.failed(errno, place);
  }
}

/** The most bytes of one receive. An upload does not begin without memory for that much. */
const FIRST_PIECE = 64 << 10;

/** The ledger is full, not the disk. No call on a file in a folder returns this errno. */
const TOO_MUCH = -ERRNO.EAGAIN;

/** Returns the most bytes of a body: its Content-Length, or Infinity if it is chunked. */
export function lengthAtMost(head: RequestHead): number {
  return head.contentLength < 0 ? Number.POSITIVE_INFINITY : head.contentLength;
}

/** Returns why an upload could not begin, for the log. */
export function beginPlace(errno: number): string {
  if (errno === -ERRNO.ENOMEM) return 'memory_limit';
  return errno === TOO_MUCH ? 'max_uploads' : 'open upload';
}
