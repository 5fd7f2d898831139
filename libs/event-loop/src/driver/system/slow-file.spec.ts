import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { SYSTEM } from '../../ffi/layout.ts';
import { Interest } from '../../index.ts';
import { SlowDisks } from '../contract/slow-disk.contract.ts';
import { DiskSpeed, mayWait, waitsForDisk } from './slow-file.ts';

function asked(name: string, flags: string): boolean {
  const fd = fs.openSync(name, flags);
  try {
    return mayWait(fd);
  } finally {
    fs.closeSync(fd);
  }
}

describe('whether calls on a file may wait for long', () => {
  const disks = new SlowDisks();
  afterAll(() => disks.dispose());

  it.each(['r', 'r+', 'w', 'a'])('never on the disk of this machine, opened by "%s"', (flags) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-slow-'));
    fs.writeFileSync(path.join(folder, 'file'), 'content');
    expect(asked(path.join(folder, 'file'), flags)).toBe(false);
    fs.rmSync(folder, { recursive: true });
  });

  // Skipped where there is no such folder.
  const memory = SYSTEM === 'linux' && fs.existsSync('/dev/shm') ? it : it.skip;
  memory.each(['r', 'r+', 'w', 'a'])('never in memory, opened by "%s"', (flags) => {
    const folder = fs.mkdtempSync('/dev/shm/webserv-slow-');
    fs.writeFileSync(path.join(folder, 'file'), 'content');
    expect(asked(path.join(folder, 'file'), flags)).toBe(false);
    fs.rmSync(folder, { recursive: true });
  });

  // Skipped where none can be mounted: the reason stands in the name.
  const slow = disks.reason === '' ? it : it.skip;
  slow(
    `always where a daemon has it${disks.reason === '' ? '' : ` (skipped: ${disks.reason})`}`,
    async () => {
      const disk = await disks.mount('cached');
      const file = path.join(disk.folder, 'file');
      fs.writeFileSync(file, 'content');
      expect(['r', 'r+', 'w', 'a'].map((flags) => asked(file, flags))).toEqual([true, true, true, true]);
      await disk.unmount();
    },
  );

  it('of files alone, and asked once', () => {
    expect(waitsForDisk({ fd: 0, interest: Interest.BOTH, disk: DiskSpeed.UNKNOWN })).toBe(false);
    expect(waitsForDisk({ fd: 1 << 20, interest: Interest.FILE, disk: DiskSpeed.SLOW })).toBe(true);
    expect(waitsForDisk({ fd: 1 << 20, interest: Interest.FILE, disk: DiskSpeed.UNKNOWN })).toBe(false);
  });
});
