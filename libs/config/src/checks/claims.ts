// Checks what a config says about the disk. Building a config collects claims, and one pass afterwards asks the disk.
// The only question is "can this do what is written?": the content of a file is not judged.

import type { Claim, Need } from '../build/claim.ts';
import type { DiagnosticCode, Problems } from '../diagnostics/diagnostic.ts';
import { quoted } from '../diagnostics/diagnostic.ts';
import type { Span } from '../diagnostics/position.ts';
import { suggest } from '../diagnostics/suggest.ts';
import type { Disk } from '../disk/disk.ts';
import { folderOf, lastName } from '../disk/path.ts';

type Failure = readonly [code: DiagnosticCode, what: string];

/** Asks the disk about every claim, and once for each path and need. */
export function checkClaims(claims: readonly Claim[], disk: Disk, problems: Problems): void {
  const answers = new Map<string, Failure | null>();
  const reported = new Set<string>();
  for (const { need, path, at, instead = [] } of claims) {
    if (
      instead.length > 0 &&
      disk.kind(path) === 'none' &&
      instead.some((each) => disk.kind(each) !== 'none')
    )
      continue;
    const key = `${need} ${path}`;
    let failure = answers.get(key);
    if (failure === undefined) {
      failure = ask(need, path, disk);
      answers.set(key, failure);
    }
    if (failure === null) continue;
    const place = `${key} ${at.source.order}:${at.start}`;
    if (reported.has(place)) continue;
    reported.add(place);
    const [code, what] = failure;
    const suggestion = code === 'not-found' ? neighbour(path, at, disk) : null;
    const expected = VARIABLE.test(path) ? 'a fixed path: there are no variables' : EXPECTED[need];
    problems.error(code, at, what, { expected, suggestion });
  }
}

const VARIABLE = /\$\{?[a-z_]/i;

/** Returns the nearest name in the same folder, with the folder as the config writes it. */
function neighbour(path: string, at: Span, disk: Disk): string | null {
  const name = lastName(path);
  const near = suggest(name, disk.list(folderOf(path)));
  const text = at.source.text.slice(at.start, at.end);
  return near !== null && text.endsWith(name) ? text.slice(0, text.length - name.length) + near : near;
}

const EXPECTED: Readonly<Record<Need, string>> = {
  folder: 'a folder that can be entered',
  'writable-folder': 'a folder that can be written',
  file: 'a file that can be read',
  program: 'a file that can be run',
  log: 'a file that can be written, or a new one in a folder that can be',
  socket: 'a path in a folder that can be written',
};

function ask(need: Need, path: string, disk: Disk): Failure | null {
  switch (need) {
    case 'folder':
      return askFolder(path, disk);
    case 'writable-folder':
      return askWritable(path, disk);
    case 'file':
      return askFile(path, disk);
    case 'program':
      return askFile(path, disk) ?? askAccess(path, 'run', 'not-executable', 'this process cannot run', disk);
    case 'log':
      return askLog(path, disk);
    case 'socket':
      return askSocket(path, disk);
  }
}

function askFolder(path: string, disk: Disk): Failure | null {
  const kind = disk.kind(path);
  if (kind === 'none') return ['not-found', `there is no folder ${quoted(path)}`];
  if (kind !== 'folder') return ['not-a-folder', `${quoted(path)} is not a folder`];
  return askAccess(path, 'run', 'not-readable', 'this process cannot enter', disk);
}

function askFile(path: string, disk: Disk): Failure | null {
  const kind = disk.kind(path);
  if (kind === 'none') return ['not-found', `there is no file ${quoted(path)}`];
  if (kind !== 'file') return ['not-a-file', `${quoted(path)} is not a file`];
  return askAccess(path, 'read', 'not-readable', 'this process cannot read', disk);
}

function askLog(path: string, disk: Disk): Failure | null {
  const kind = disk.kind(path);
  if (kind === 'folder') return ['not-a-file', `${quoted(path)} is a folder`];
  if (kind !== 'none') return askAccess(path, 'write', 'not-writable', 'this process cannot write', disk);
  return askWritable(folderOf(path), disk);
}

/**
 * A reload keeps the socket that the server has opened as root, in a folder that its account may not write. One that
 * somebody else has left there is found when the address is bound.
 */
function askSocket(path: string, disk: Disk): Failure | null {
  return disk.kind(path) === 'other' ? null : askWritable(folderOf(path), disk);
}

function askWritable(folder: string, disk: Disk): Failure | null {
  return (
    askFolder(folder, disk) ?? askAccess(folder, 'write', 'not-writable', 'this process cannot write', disk)
  );
}

function askAccess(
  path: string,
  access: 'read' | 'write' | 'run',
  code: DiagnosticCode,
  what: string,
  disk: Disk,
): Failure | null {
  return disk.can(path, access) ? null : [code, `${what} ${quoted(path)}`];
}
