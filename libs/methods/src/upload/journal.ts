import { lstatSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import type { FileStamp } from '@webserv/response';
import { diskPath, join } from '../disk/disk-path.ts';
import { attempt } from '../disk/errno.ts';
import { journalName } from './temporary.ts';

/** The entry of one file of a form. All names are in the same folder. */
export interface JournalEntry {
  readonly target: string;
  /** The second name of the replaced file, if there is one. */
  readonly backup: string;
  /** The stamp of the new file, which identifies it under any name. */
  readonly stamp: FileStamp;
}

/**
 * All files of a form are stored or none, even if the process is killed while it gives them their names. It writes a note
 * of what it is about to do before the first name, and removes the note before the client gets its answer. A process that
 * finds the note of a run that has ended undoes what that run had done.
 */
export function journalPath(folder: string): string {
  return join(folder, journalName());
}

/** Returns one file's part of `journalText`. */
export function journalLine(entry: JournalEntry): string {
  return JSON.stringify(entry);
}

/** Returns the content of a journal with these lines. */
export function journalText(lines: readonly string[]): string {
  return `{"entries":[${lines.join(',')}]}`;
}

/** Undoes what a journal names, and removes it. If a journal breaks off, nothing was done after it. */
export function undoJournal(folder: string, name: string): void {
  const path = join(folder, name);
  for (const entry of entriesOf(path)) attempt(() => undo(folder, entry));
  attempt(() => unlinkSync(path));
}

function undo(folder: string, { target, backup, stamp }: JournalEntry): void {
  const path = join(folder, target);
  const now = lstatSync(diskPath(path));
  // The file was not placed yet, or another file has taken the name since.
  if (now.ino !== stamp.ino || now.size !== stamp.size || now.mtimeMs !== stamp.mtimeMs) return;
  // Without a backup no file was replaced.
  if (attempt(() => renameSync(join(folder, backup), diskPath(path))) < 0) unlinkSync(diskPath(path));
}

function entriesOf(path: string): readonly JournalEntry[] {
  try {
    const { entries } = JSON.parse(readFileSync(path, 'utf8')) as { entries: readonly JournalEntry[] };
    return Array.isArray(entries) ? entries.filter(isSound) : [];
  } catch {
    return [];
  }
}

/** Checks that the names are names in the folder: a wrong journal must not reach other files. */
function isSound(entry: JournalEntry): boolean {
  const { target, backup, stamp } = entry;
  const names = typeof target === 'string' && typeof backup === 'string';
  return names && !target.includes('/') && !backup.includes('/') && typeof stamp?.ino === 'number';
}
