import { ERRNO, errnoName } from '../../ffi/errno.ts';
import { INOTIFY, SYSTEM } from '../../ffi/layout.ts';
import * as libc from '../../ffi/libc.ts';
import { openChild } from './linux-notices.ts';
import { tryNoWait } from './page-cache.ts';

/**
 * What this system lacks or a sandbox refuses, and what takes its place: a line each, for the error log. A lack costs
 * only speed, and whoever runs the server wants to know why.
 */
export function lacks(): readonly string[] {
  if (SYSTEM !== 'linux') return [];
  const lines: string[] = [];
  const note = (call: string, result: number, instead: string): void => {
    if (result < 0) lines.push(`${call}: ${errnoName(result)}; ${instead}`);
  };
  note('pidfd_open', closed(openChild(process.pid)), 'the server looks for ended children at intervals');
  note(
    'inotify_init1',
    closed(openNotices()),
    'the server gets no notice of changed files, and checks them at intervals',
  );
  note('preadv2', noWait(), 'threads read files');
  return lines;
}

function closed(fd: number): number {
  if (fd >= 0) libc.close(fd);
  return fd;
}

function openNotices(): number {
  const fd = libc.inotify_init1?.(INOTIFY.CLOEXEC | INOTIFY.NONBLOCK) ?? -1;
  return fd >= 0 ? fd : libc.lastError();
}

/** A kernel with the call says that this number is no descriptor. @returns 0 or -errno */
function noWait(): number {
  const result = tryNoWait(-1);
  return result === -ERRNO.EBADF ? 0 : result;
}
