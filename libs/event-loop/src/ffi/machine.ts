import { endianness } from 'node:os';

/** What this process runs on, in Node's words. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly endianness: string;
}

const SYSTEMS = ['linux', 'darwin', 'freebsd', 'openbsd', 'netbsd'];
/** Machines of 64 bits whose numbers of system calls and structs this library knows. */
const ARCHITECTURES = ['x64', 'arm64', 'riscv64', 'loong64', 'ppc64'];

const THIS_MACHINE: Machine = {
  platform: process.platform,
  arch: process.arch,
  endianness: endianness(),
};

/**
 * Structs are laid out by hand for 64-bit pointers and the low byte first. On any other machine every call would get
 * nonsense.
 * @returns why webserv cannot run there, for a person; '' if it can
 */
export function unfit({ platform, arch, endianness }: Machine = THIS_MACHINE): string {
  if (!SYSTEMS.includes(platform)) return `webserv runs on Linux, macOS and the BSDs; this is ${platform}`;
  if (!ARCHITECTURES.includes(arch))
    return `webserv runs on 64-bit machines (${ARCHITECTURES.join(', ')}); this is ${arch}`;
  if (endianness !== 'LE') return `webserv runs on little-endian machines; this is a big-endian ${arch}`;
  return '';
}
