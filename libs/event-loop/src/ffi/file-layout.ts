/**
 * Constants and struct layouts of the calls that work relative to an open folder (<fcntl.h>, <sys/stat.h>), for each
 * operating system and architecture. `layout.full.spec.ts` asks the system's C compiler for the same.
 */
import { SYSTEM, type System } from './layout.ts';

/** Numbers that differ between systems. `0` means that this system has no such flag. */
interface FileConstants {
  /** A descriptor that stands for a file without opening it: it needs no permission to read, and no device acts. */
  readonly O_PATH: number;
  /** The same for folders alone (POSIX). */
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

/**
 * Where a file's status lies: in struct statx on Linux, which is the same on every architecture, and in struct stat on
 * other systems.
 */
export interface StatusLayout {
  readonly size: number;
  readonly dev: number;
  /** Of 32 bits, or 64. */
  readonly wideDev: boolean;
  readonly ino: number;
  readonly mode: number;
  /** How many names it has: an integer of `linksWidth` bytes. */
  readonly links: number;
  readonly linksWidth: number;
  /** The file's length in bytes. */
  readonly length: number;
  /** Seconds and nanoseconds of the last modification. */
  readonly modified: number;
  /** The same of the last change of any kind. No program can set it. */
  readonly changed: number;
}

const STATX_LAYOUT: StatusLayout = {
  size: 256,
  // Major and minor number lie side by side: 64 bits to compare.
  dev: 136,
  wideDev: true,
  ino: 32,
  mode: 28,
  links: 16,
  linksWidth: 4,
  length: 40,
  modified: 112,
  changed: 96,
};
const DARWIN_STAT: StatusLayout = {
  size: 144,
  dev: 0,
  wideDev: false,
  ino: 8,
  mode: 4,
  links: 6,
  linksWidth: 2,
  length: 96,
  modified: 48,
  changed: 64,
};
const FREEBSD_STAT: StatusLayout = {
  size: 224,
  dev: 0,
  wideDev: true,
  ino: 8,
  mode: 24,
  links: 16,
  linksWidth: 4,
  length: 112,
  modified: 64,
  changed: 80,
};
const OPENBSD_STAT: StatusLayout = {
  size: 128,
  dev: 4,
  wideDev: false,
  ino: 8,
  mode: 0,
  links: 16,
  linksWidth: 4,
  length: 80,
  modified: 48,
  changed: 64,
};
const NETBSD_STAT: StatusLayout = {
  size: 152,
  dev: 0,
  wideDev: true,
  ino: 16,
  mode: 8,
  links: 24,
  linksWidth: 4,
  length: 112,
  modified: 64,
  changed: 80,
};

const STATUS_LAYOUTS: Readonly<Record<System, StatusLayout>> = {
  linux: STATX_LAYOUT,
  darwin: DARWIN_STAT,
  freebsd: FREEBSD_STAT,
  openbsd: OPENBSD_STAT,
  netbsd: NETBSD_STAT,
};

export const STATUS: StatusLayout = STATUS_LAYOUTS[SYSTEM];

/**
 * newfstatat(2) of Linux, for when statx(2) is refused. Its struct stat is the kernel's, and differs by architecture.
 */
interface OldStatus {
  readonly call: number;
  readonly layout: StatusLayout;
}

const X64_STAT: StatusLayout = {
  size: 144,
  dev: 0,
  wideDev: true,
  ino: 8,
  mode: 24,
  // The lower half of 64 bits, which counts more names than any file system allows.
  links: 16,
  linksWidth: 4,
  length: 48,
  modified: 88,
  changed: 104,
};
const GENERIC_STAT: StatusLayout = { ...X64_STAT, size: 128, mode: 16, links: 20 };
const OLD_STATUS: Readonly<Record<string, OldStatus>> = {
  x64: { call: 262, layout: X64_STAT },
  ppc64: { call: 291, layout: X64_STAT },
  arm64: { call: 79, layout: GENERIC_STAT },
  riscv64: { call: 79, layout: GENERIC_STAT },
  loong64: { call: 79, layout: GENERIC_STAT },
};
export const OLD_STATUS_CALL: OldStatus | null =
  SYSTEM === 'linux' ? (OLD_STATUS[process.arch] ?? null) : null;

/**
 * statx(2), and the fields that are read here: type, mode, links, times of changes, inode and size. The time of the last access
 * is not asked for: each read changes it, and FUSE would ask its daemon again.
 */
export const STATX = { DONT_SYNC: 0x4000, EMPTY_PATH: 0x1000, NO_AUTOMOUNT: 0x800, FIELDS: 0x3c7 } as const;

/** struct statfs of Linux, and its type (<linux/magic.h>) for file systems that lie in memory or on others. */
export const STATFS = { size: 120, type: 0 } as const;
export const FILE_SYSTEM = { TMPFS: 0x01021994, RAMFS: 0x858458f6, OVERLAYFS: 0x794c7630 } as const;
/** File systems that are memory and nothing else. */
export const MEMORY_FILE_SYSTEMS: ReadonlySet<number> = new Set([FILE_SYSTEM.TMPFS, FILE_SYSTEM.RAMFS]);
export const QUICK_FILE_SYSTEMS: ReadonlySet<number> = new Set(Object.values(FILE_SYSTEM));

/** Linux numbers its system calls by architecture; newer ones have the same number on all. */
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
/** CACHED came with Linux 5.12. */
export const RESOLVE = { NO_MAGICLINKS: 0x02, NO_SYMLINKS: 0x04, BENEATH: 0x08, CACHED: 0x20 } as const;

/** renameat2(2), and renamex_np(2) of macOS. */
export const RENAME_NOREPLACE = 1;
export const RENAME_EXCL = 4;
