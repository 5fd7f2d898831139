/**
 * A program: refuses itself system calls, then looks at files as the server does, and as Node does.
 * Arguments: the name of an errno, system calls by commas, paths. Prints JSON: what was found otherwise than Node says.
 */
import fs from 'node:fs';
import type { FileStatus } from '../../ffi/paths.ts';
import { refuseCalls, type SyscallName } from '../../ffi/seccomp.ts';
import { closeFile, ERRNO, lookOpen, lookPath, openPath, Tree } from '../../index.ts';

const [errno, names, folder, ...rest] = process.argv.slice(2) as [
  keyof typeof ERRNO,
  string,
  string,
  ...string[],
];
refuseCalls(names.split(',') as SyscallName[], ERRNO[errno]);

const found: string[] = [];

function compare(what: string, result: number, status: FileStatus, stat: fs.Stats): void {
  const kind = stat.isFile() ? 'file' : stat.isDirectory() ? 'folder' : 'other';
  const { ctimeMs: changed } = stat;
  const expected = JSON.stringify({ kind, size: stat.size, mtimeMs: stat.mtimeMs, changed, ino: stat.ino });
  const { size, mtimeMs, ctimeMs, ino } = status;
  const seen = JSON.stringify({ kind: status.kind, size, mtimeMs, changed: ctimeMs, ino });
  if (result < 0 || seen !== expected) found.push(`${what}: ${result} ${seen}, not ${expected}`);
}

const tree = Tree.open(folder);
if (typeof tree === 'number') found.push(`folder: ${tree}`);
else {
  for (const name of rest) {
    const path = `${folder}/${name}`;
    const stat = fs.statSync(path);
    const status: FileStatus = { kind: 'other', size: -1, mtimeMs: -1, ctimeMs: -1, ino: -1 };
    compare(`path ${name}`, lookPath(path, status), status, stat);
    compare(`tree ${name}`, tree.look(name, status), status, stat);
    const fd = tree.open(name);
    const known = stat.isFile() || stat.isDirectory();
    if (known !== fd >= 0) found.push(`open ${name}: ${fd}`);
    if (fd < 0) continue;
    compare(`open ${name}`, lookOpen(fd, status), status, stat);
    closeFile(fd, 1 << 30);
  }
  if (!tree.current) found.push('the folder is taken for another one');
  const none: FileStatus = { kind: 'other', size: 0, mtimeMs: 0, ctimeMs: 0, ino: 0 };
  if (lookPath(`${folder}/none`, none) !== -ERRNO.ENOENT) found.push('none');
  if (openPath(`${folder}/none`) !== -ERRNO.ENOENT) found.push('none to open');
}
process.stdout.write(JSON.stringify(found));
