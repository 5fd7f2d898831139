import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as libc from './ffi/libc.ts';
import { Memory } from './memory.ts';

describe('Memory', () => {
  it('copies text and bytes', () => {
    expect(Memory.from('grün').bytes).toEqual(Buffer.from('grün'));
    const source = new Uint8Array([1, 2, 3]);
    const memory = Memory.from(source);
    source.fill(0);
    expect([...memory.bytes]).toEqual([1, 2, 3]);
    expect(memory.size).toBe(3);
    expect(Memory.from('').size).toBe(0);
  });

  it.each([8, 4096, 16_384, 65_536])('begins at a multiple of %i where that is asked for', (boundary) => {
    for (const size of [1, 48, 4096, 100_000]) {
      const memory = Memory.aligned(size, boundary);
      expect([memory.size, memory.address % boundary]).toEqual([size, 0]);
      memory.bytes.fill(1);
    }
  });

  it('stays where it is through garbage collections, however small', () => {
    setFlagsFromString('--expose_gc');
    const gc = runInNewContext('gc') as () => void;
    const all = Array.from({ length: 200 }, (_, size) => Memory.allocate(size + 1));
    const addresses = all.map(({ address }) => address);
    for (let round = 0; round < 3; round++) gc();
    expect(all.map(({ bytes }) => libc.addressOf(bytes))).toEqual(addresses);
  });

  it('is the memory that system calls see', () => {
    const ends = libc.openPipe();
    if (typeof ends === 'number') throw new Error('no pipe');
    const [read, write] = ends;
    const [from, to] = [Memory.from('through the kernel'), Memory.allocate(64)];
    expect(libc.write(write, from.address + 8, 10)).toBe(10);
    expect(libc.read(read, to.address + 4, 60)).toBe(10);
    expect(to.bytes.toString('latin1', 4, 14)).toBe('the kernel');
    libc.close(read);
    libc.close(write);
  });
});
