import type { Loop } from '@webserv/event-loop';
import type { FileFacts, FileWriter, FileWriterOwner, Store, Trace } from '@webserv/methods';
import { TreeFiles } from '../tree-files.ts';
import { Drafts } from './drafts.ts';
import { TiedFiles } from './tied-files.ts';
import { TiedStore } from './tied-store.ts';
import { TiedWriter } from './tied-writer.ts';

/**
 * The disk of a server that explains: it is read as it is, and what would be written or removed is only said. Files that
 * would be there then are seen by the same request.
 */
export class TiedDisk {
  readonly store: Store;
  private readonly drafts = new Drafts();
  private readonly trace: Trace;

  constructor(trace: Trace) {
    this.trace = trace;
    this.store = new TiedStore(this.drafts, trace);
  }

  files(loop: Loop): TiedFiles {
    return new TiedFiles(new TreeFiles(loop), this.drafts, this.trace);
  }

  writer(fd: number, owner: FileWriterOwner): FileWriter {
    const facts: FileFacts = this.drafts.of(fd);
    return new TiedWriter(facts, owner);
  }
}
