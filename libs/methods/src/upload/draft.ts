import type { FileStamp } from '@webserv/response';
import type { MemoryLedger } from '../bounds/memory-ledger.ts';
import { join } from '../disk/disk-path.ts';
import { ERRNO } from '../disk/errno.ts';
import type { FileWriter, FileWriterOwner } from '../disk/file-writer.ts';
import { FileFacts } from '../disk/files.ts';
import type { Room } from '../disk/room.ts';
import type { Services } from '../exchange.ts';
import type { JournalEntry } from './journal.ts';
import { temporaryName } from './temporary.ts';
import type { UploadRules } from './upload-rules.ts';

/** The owner of a file that is stored. */
export interface DraftOwner {
  /** Called after `write` returned false: the draft takes more now. */
  draftReady(): void;
  /** Called after `finish`: the file is whole. With `fsync` it is on the disk. */
  draftWhole(): void;
  /** @param errno negative */
  draftFailed(errno: number, place: string): void;
}

/** The file to store. */
interface DraftRequest {
  readonly name: string;
  /** The most bytes that will come; Infinity if that is not known. */
  readonly atMost: number;
  /** The ledger of the memory that collects them. */
  readonly memory: MemoryLedger;
}

const State = { WRITING: 0, FINISHING: 1, SYNCING: 2, WHOLE: 3, PLACED: 4, OVER: 5 } as const;
type State = (typeof State)[keyof typeof State];

/** A file of at least this many bytes is flushed to the disk before it replaces another one. */
const FLUSHED = 1 << 20;

/**
 * One file that is being stored: it is written under a temporary name in its folder, then gets its own name.
 *
 *     writing --finish()--> finishing --> (syncing -->) whole --place()--> placed --settle()--> over
 *     any of them --discard()--> over: the draft leaves nothing, and the replaced file is back
 */
export class Draft implements FileWriterOwner {
  /** The name that the file gets in the end. */
  readonly name: string;
  /** Bytes that have come so far. */
  size = 0;
  private readonly services: Services;
  private readonly owner: DraftOwner;
  private readonly target: string;
  private readonly path: string;
  /** A second name for the replaced file. */
  private readonly backupName = temporaryName();
  private hasBackup = false;
  /** Its stamp, once it is whole. */
  stamp: FileStamp = { mtimeMs: 0, size: 0, ino: 0 };
  private readonly rules: UploadRules;
  private readonly fd: number;
  private readonly writer: FileWriter;
  private state: State = State.WRITING;

  private constructor(
    services: Services,
    owner: DraftOwner,
    rules: UploadRules,
    { name, atMost, memory }: DraftRequest,
    path: string,
    fd: number,
  ) {
    this.services = services;
    this.owner = owner;
    this.rules = rules;
    this.name = name;
    this.target = join(rules.folder, name);
    this.path = path;
    this.fd = fd;
    this.writer = services.writer(fd, this, atMost, memory);
  }

  /** Creates the temporary file. @returns the draft, or -errno */
  static open(
    services: Services,
    owner: DraftOwner,
    rules: UploadRules,
    request: DraftRequest,
  ): Draft | number {
    const path = join(rules.temporary, temporaryName());
    const fd = services.store.create(path);
    return fd < 0 ? fd : new Draft(services, owner, rules, request, path, fd);
  }

  /** As `FileWriter.write`. */
  write(bytes: Buffer, start: number, end: number): boolean {
    this.size += end - start;
    return this.writer.write(bytes, start, end);
  }

  /** As `FileWriter.room`. */
  room(): Room | null {
    return this.writer.room?.() ?? null;
  }

  finish(): void {
    this.state = State.FINISHING;
    this.writer.finish();
  }

  ready(): void {
    this.owner.draftReady();
  }

  written(): void {
    const facts = new FileFacts();
    if (this.rules.ownTime) this.services.store.touch(this.fd);
    const error = this.services.files.inspect(this.fd, facts);
    this.stamp = { mtimeMs: facts.mtimeMs, size: facts.size, ino: facts.ino };
    if (error < 0 || facts.size !== this.size) {
      this.owner.draftFailed(error < 0 ? error : -ERRNO.EIO, 'length of the upload');
    } else if (this.rules.fsync) {
      this.state = State.SYNCING;
      this.services.store.sync(this.fd, (result) => this.synced(result));
    } else if (this.rules.overwrite && this.size >= FLUSHED) {
      this.state = State.SYNCING;
      this.services.store.flush(this.fd, () => this.synced(0));
    } else {
      this.whole();
    }
  }

  failed(errno: number): void {
    this.owner.draftFailed(errno, 'write');
  }

  private synced(result: number): void {
    if (this.state !== State.SYNCING) {
      // The draft was discarded meanwhile. Its descriptor had to stay open for the thread that used it.
      this.writer.close();
    } else if (result < 0) {
      this.state = State.FINISHING;
      this.owner.draftFailed(result, 'fsync');
    } else {
      this.whole();
    }
  }

  private whole(): void {
    this.state = State.WHOLE;
    this.writer.close();
    this.owner.draftWhole();
  }

  /** The draft's entry in a journal, once the file is whole. */
  get journalEntry(): JournalEntry {
    return { target: this.name, backup: this.backupName, stamp: this.stamp };
  }

  /**
   * Gives the file its name.
   * @param undoable whether `discard` must be able to restore the replaced file
   * @returns 0 or -errno
   */
  place(undoable: boolean): number {
    const { services, target } = this;
    const { overwrite } = this.rules;
    services.forget(target);
    if (overwrite && undoable) this.keepReplaced();
    const { store } = services;
    const result = overwrite ? store.replace(this.path, target) : store.move(this.path, target);
    if (result === 0) this.state = State.PLACED;
    else this.dropBackup();
    return result;
  }

  /** Keeps the file for good. */
  settle(): void {
    this.dropBackup();
    this.state = State.OVER;
  }

  discard(): void {
    const { state, services } = this;
    this.state = State.OVER;
    if (state === State.OVER) return;
    if (state === State.PLACED) {
      this.takeBack();
      return;
    }
    services.store.drop(this.path);
    if (state < State.SYNCING) this.writer.close();
  }

  /** Undoes `place`, unless another file has taken the name since: that file stays. */
  private takeBack(): void {
    const { services, target } = this;
    if (services.files.stamp(target)?.ino !== this.stamp.ino) {
      this.dropBackup();
      return;
    }
    services.forget(target);
    if (this.hasBackup) services.store.replace(this.backup, target);
    else services.store.remove(target);
    this.hasBackup = false;
  }

  private get backup(): string {
    return join(this.rules.temporary, this.backupName);
  }

  /** Gives the replaced file a second name. Without hard links, or if no file is replaced, nothing can be restored. */
  private keepReplaced(): void {
    this.hasBackup = this.services.store.link(this.target, this.backup) === 0;
  }

  private dropBackup(): void {
    if (this.hasBackup) this.services.store.remove(this.backup);
    this.hasBackup = false;
  }
}
