import { closeSync, openSync } from 'node:fs';
import { inheritable } from './calls.contract.ts';
import { canCloseInChild, closeInheritedOnExec } from './inherited.ts';
import { SYSTEM } from './layout.ts';
import { closeRange, descriptorFlags } from './libc.ts';

describe.each([
  ['by one call', closeRange],
  ['without that call', null],
  ['where that call is refused', () => -1],
] as const)('descriptors are marked %s', (_how, range) => {
  it('wherever they lie, and stay open', () => {
    const source = openSync('/dev/null', 'r');
    const handed = [source + 1, 900, 5000].map((from) => inheritable(source, from));
    closeInheritedOnExec(range);
    expect(handed.map((fd) => descriptorFlags(fd).cloexec)).toEqual([true, true, true]);
    for (const fd of [source, ...handed]) closeSync(fd);
  });
});

it('is asked without closing anything', () => {
  const fd = openSync('/dev/null', 'r');
  const can = canCloseInChild();
  if (SYSTEM === 'darwin') expect(can).toBe(false);
  closeSync(fd);
});
