import { quoted } from '../../diagnostics/diagnostic.ts';
import type { Disk } from '../../disk/disk.ts';
import { folderOf } from '../../disk/path.ts';
import { runsItself } from '../../model/cgi-rules.ts';
import type { Location, Runner } from '../../model/types.ts';
import type { Reach } from './reach.ts';

/** Why a script can never run, and how to fix it. */
export interface Obstacle {
  readonly why: string;
  readonly fix: string;
}

/** The first bytes of an executable that the system runs without `#!` (ELF, Mach-O). */
const BINARY = /^(?:\x7fELF|\xcf\xfa\xed\xfe|\xce\xfa\xed\xfe|\xca\xfe\xba\xbe)/;
/** A text in whatever encoding, which is not a program of any kind. */
const TEXT = /^[\t-\r -\xff]*$/;
/** The mark that some editors write before UTF-8, as one character for each byte. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf';

/**
 * Returns why a location can never run the file of a script, or null. The file exists.
 * @param runner as `runnerOf`
 */
export function obstacleTo(
  location: Location,
  path: string,
  runner: Runner,
  reach: Reach,
  disk: Disk,
): Obstacle | null {
  if (!location.symlinks && disk.realPath(path) !== '' && reach.restIn(location, path) === null) {
    return {
      why: `it lies behind a symbolic link that leads out of the root, to ${quoted(reach.real(path))}`,
      fix: `"symlinks on;", or "root ${folderOf(reach.real(path))};"`,
    };
  }
  if (!disk.can(path, 'read')) return { why: 'this process cannot read it', fix: 'a file that can be read' };
  return runsItself(runner) ? obstacleToProgram(path, disk) : null;
}

/** Does the same for a file that runs by itself. */
export function obstacleToProgram(path: string, disk: Disk): Obstacle | null {
  if (!disk.can(path, 'run'))
    return { why: 'it is not executable', fix: 'a file that can be run (chmod +x)' };
  const head = disk.head(path);
  if (head === null || BINARY.test(head)) return null;
  if (head.startsWith('#!')) return obstacleToInterpreter(head.slice(2, lineEnd(head)), disk);
  if (head.startsWith(BYTE_ORDER_MARK)) {
    return { why: 'it begins with a byte order mark, and not with "#!"', fix: 'a file without the mark' };
  }
  // The system may know other kinds of programs (binfmt_misc), but none of them is a text.
  return TEXT.test(head)
    ? { why: 'it does not begin with "#!"', fix: 'a first line such as "#!/bin/sh"' }
    : null;
}

function lineEnd(head: string): number {
  const end = head.indexOf('\n');
  return end < 0 ? head.length : end;
}

function obstacleToInterpreter(line: string, disk: Disk): Obstacle | null {
  if (line.endsWith('\r')) {
    return {
      why: 'its first line ends in CR LF, so the system looks for a program with a CR in its name',
      fix: 'lines that end in LF',
    };
  }
  const [program = '', argument = ''] = line.trim().split(/[ \t]+/);
  if (program.startsWith('/') && !isProgram(program, disk)) {
    return {
      why: `there is no program ${quoted(program)} to run it`,
      fix: 'the path of an interpreter behind "#!"',
    };
  }
  const byName = program.endsWith('/env') && /^[\w.+-]+$/.test(argument) && !argument.startsWith('-');
  if (!byName || disk.searchPath.some((folder) => isProgram(`${folder}/${argument}`, disk))) return null;
  return {
    why: `there is no program ${quoted(argument)} on the search path to run it`,
    fix: 'the path of an interpreter behind "#!"',
  };
}

function isProgram(path: string, disk: Disk): boolean {
  return disk.kind(path) === 'file' && disk.can(path, 'run');
}
