import { Memory } from '../memory.ts';
import * as libc from './libc.ts';

/** An account that the process can become. */
export interface Account {
  readonly uid: number;
  /** Its primary group. */
  readonly gid: number;
}

/**
 * struct passwd begins in the same way on Linux, macOS and the BSDs: two pointers, then uid and gid of 32 bits each.
 */
const UID_AT = 16;
const GID_AT = 20;
const PASSWD_SIZE = 128;
/** Room for the strings of an entry. */
const STRINGS = 64 << 10;

/** The account of this name, from wherever this system keeps its accounts. Returns null if there is none. */
export function accountOf(name: string): Account | null {
  const entry = Memory.allocate(PASSWD_SIZE);
  const strings = Memory.allocate(STRINGS);
  const found = Memory.allocate(8);
  found.bytes.fill(0);
  const error = libc.getpwnam_r(name, entry.address, strings.address, strings.size, found.address);
  if (error !== 0 || found.bytes.readBigUInt64LE(0) === 0n) return null;
  return { uid: entry.bytes.readUInt32LE(UID_AT), gid: entry.bytes.readUInt32LE(GID_AT) };
}

/**
 * Becomes an account, which takes root's rights.
 * @returns true if every id is the account's, and there is no way back
 */
export function becomeAccount(user: string, { uid, gid }: Account): boolean {
  // The groups first and the user last, because after that nothing can be changed (setuid(2)). Node has initgroups since
  // 0.9; its types do not.
  (process as NodeJS.Process & { initgroups?(user: string, group: number): void }).initgroups?.(user, gid);
  process.setgid?.(gid);
  process.setuid?.(uid);
  try {
    process.setuid?.(0);
    return false;
  } catch {
    // EPERM, as it must be.
  }
  const ids = [process.getuid?.(), process.geteuid?.()];
  const groups = [process.getgid?.(), process.getegid?.()];
  return ids.every((id) => id === uid) && groups.every((id) => id === gid);
}
