import type { FileFacts, FileWriter, FileWriterOwner } from '@webserv/methods';

/** Counts what would be written. */
export class TiedWriter implements FileWriter {
  private readonly facts: FileFacts;
  private owner: FileWriterOwner | null;

  constructor(facts: FileFacts, owner: FileWriterOwner) {
    this.facts = facts;
    this.owner = owner;
  }

  write(_bytes: Buffer, start: number, end: number): boolean {
    this.facts.size += end - start;
    return true;
  }

  finish(): void {
    setImmediate(() => this.owner?.written());
  }

  close(): void {
    this.owner = null;
  }
}
