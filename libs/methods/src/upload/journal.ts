import { lstatSync, readFileSync, renameSync, unlinkSync } from 'node:fs';
import type { FileStamp } from '@webserv/response';
import { diskPath } from '../disk/disk-path.ts';
import { attempt } from '../disk/errno.ts';
import { join } from '../disk/join.ts';
import { journalName } from './temporary.ts';

/** One file of a form, as the journal has it. Names are of the one folder. */
export interface JournalEntry {
  readonly target: string;
  /** The second name of what it replaces, if it replaces anything. */
  readonly backup: string;
  /** Of the new file, by which it is known wherever it lies. */
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

/** One file's part of `journalText`. */
export function journalLine(entry: JournalEntry): string {
  return JSON.stringify(entry);
}

/** What the journal of these lines holds. */
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
  // Not placed yet, or somebody has put another file there since.
  if (now.ino !== stamp.ino || now.size !== stamp.size || now.mtimeMs !== stamp.mtimeMs) return;
  // Where there is no backup, nothing had been replaced.
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

/** The names must be names: nobody else's files are touched, whatever a journal says. */
function isSound(entry: JournalEntry): boolean {
  const { target, backup, stamp } = entry;
  const names = typeof target === 'string' && typeof backup === 'string';
  return names && !target.includes('/') && !backup.includes('/') && typeof stamp?.ino === 'number';
}
