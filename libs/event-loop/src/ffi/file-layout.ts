/**
 * Constants and struct layouts of the calls that work relative to an open folder (<fcntl.h>, <sys/stat.h>), per
 * operating system and architecture. `layout.spec.ts` asks the system's C compiler for the same.
 */
import { SYSTEM, type System } from './layout.ts';

/** Numbers that differ between systems. `0` stands for "this system has no such flag". */
export interface FileConstants {
  /** A descriptor that stands for a file without opening it: no permission to read is needed, no device acts. */
  readonly O_PATH: number;
  /** The same for folders alone, by POSIX. */
  readonly O_SEARCH: number;
  readonly AT_FDCWD: number;
  readonly AT_SYMLINK_NOFOLLOW: number;
}

const BSD = { O_PATH: 0, O_SEARCH: 0, AT_FDCWD: -100, AT_SYMLINK_NOFOLLOW: 0x200 };

const FILES: Readonly<Record<System, FileConstants>> = {
  linux: { O_PATH: 0o10000000, O_SEARCH: 0, AT_FDCWD: -100, AT_SYMLINK_NOFOLLOW: 0x100 },
  darwin: { O_PATH: 0, O_SEARCH: 0x40100000, AT_FDCWD: -2, AT_SYMLINK_NOFOLLOW: 0x20 },
  freebsd: { ...BSD, O_SEARCH: 0x40000 },
  openbsd: { ...BSD, AT_SYMLINK_NOFOLLOW: 0x2 },
  netbsd: { ...BSD, O_SEARCH: 0x800000 },
};

export const F: FileConstants = FILES[SYSTEM];

/** <sys/stat.h>: the same bits on every system. */
export const MODE = { MASK: 0o170000, FOLDER: 0o040000, FILE: 0o100000, LINK: 0o120000 } as const;

/** <sys/file.h>: the same numbers on every system. */
export const LOCK = { SH: 1, EX: 2, NB: 4 } as const;

/** Where a file's status lies: struct statx on Linux, which every architecture has alike, and struct stat elsewhere. */
export interface StatusLayout {
  readonly size: number;
  readonly dev: number;
  /** Of 32 bits, or 64. */
  readonly wideDev: boolean;
  readonly ino: number;
  readonly mode: number;
  /** The file's length in bytes. */
  readonly length: number;
  /** Seconds and nanoseconds of the last modification. */
  readonly modified: number;
}

const STATUS_LAYOUTS: Readonly<Record<System, StatusLayout>> = {
  // Major and minor number side by side: 64 bits to compare.
  linux: { size: 256, dev: 136, wideDev: true, ino: 32, mode: 28, length: 40, modified: 112 },
  darwin: { size: 144, dev: 0, wideDev: false, ino: 8, mode: 4, length: 96, modified: 48 },
  freebsd: { size: 224, dev: 0, wideDev: true, ino: 8, mode: 24, length: 112, modified: 64 },
  openbsd: { size: 128, dev: 4, wideDev: false, ino: 8, mode: 0, length: 80, modified: 48 },
  netbsd: { size: 152, dev: 0, wideDev: true, ino: 16, mode: 8, length: 112, modified: 64 },
};

export const STATUS: StatusLayout = STATUS_LAYOUTS[SYSTEM];

/** statx(2). */
export const STATX = { EMPTY_PATH: 0x1000, NO_AUTOMOUNT: 0x800, BASIC: 0x7ff } as const;

/** Linux numbers its system calls per architecture; those of newer ones are all alike. */
const SYS_STATX_OF: Readonly<Record<string, number>> = {
  x64: 332,
  arm64: 291,
  riscv64: 291,
  loong64: 291,
  ppc64: 383,
  s390x: 379,
};
export const SYS_STATX = SYS_STATX_OF[process.arch] ?? -1;

/** Since Linux 5.6, the same number on every architecture. */
export const SYS_OPENAT2 = 437;
/** struct open_how: flags, mode, resolve, 64 bits each. */
export const OPEN_HOW = { size: 24, flags: 0, resolve: 16 } as const;
export const RESOLVE = { NO_MAGICLINKS: 0x02, NO_SYMLINKS: 0x04, BENEATH: 0x08 } as const;

/** renameat2(2), and renamex_np(2) of macOS. */
export const RENAME_NOREPLACE = 1;
export const RENAME_EXCL = 4;
