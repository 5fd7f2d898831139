import fc from 'fast-check';
import { type ExecString, ExecStrings } from './exec-strings.ts';
import { addressOf, declare } from './libc.ts';

const strlen = declare('size_t strlen(uintptr_t text)');
const memcpy = declare('uintptr_t memcpy(uintptr_t to, uintptr_t from, size_t size)');

/** What C reads at an address. */
function read(address: number, size: number): Buffer {
  const bytes = Buffer.allocUnsafeSlow(Math.max(1, size));
  memcpy(addressOf(bytes), address, size);
  return bytes.subarray(0, size);
}

/** In Latin-1, which shows each byte. */
function textAt(address: number): string {
  return read(address, strlen(address)).toString('latin1');
}

function listAt(address: number): string[] {
  const list: string[] = [];
  for (let at = address; ; at += 8) {
    const pointer = Number(read(at, 8).readBigUInt64LE());
    if (pointer === 0) return list;
    list.push(textAt(pointer));
  }
}

function latin1Of(text: ExecString): string {
  return (typeof text === 'string' ? Buffer.from(text) : Buffer.from(text)).toString('latin1');
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }).map((value) => value.replaceAll('\0', '')),
  fc.uint8Array({ min: 1, maxLength: 60 }),
);

describe('the strings of an execve(2)', () => {
  it('are read by C as they were given, whatever is in them and however often they are used', () => {
    const strings = new ExecStrings();
    fc.assert(
      fc.property(
        text,
        fc.array(text, { maxLength: 6 }),
        fc.array(text, { maxLength: 12 }),
        (file, args, env) => {
          expect(strings.reserve([file], [args, env])).toBe(true);
          const at = strings.place(file);
          const argv = strings.pointers(args);
          const envp = strings.pointers(env);
          expect(argv % 8).toBe(0);
          expect(envp % 8).toBe(0);
          expect(textAt(at)).toEqual(latin1Of(file));
          expect(listAt(argv)).toEqual(args.map(latin1Of));
          expect(listAt(envp)).toEqual(env.map(latin1Of));
          strings.release();
        },
      ),
    );
  });

  it('may be larger than what is kept, and the next are placed all the same', () => {
    const strings = new ExecStrings();
    for (const size of [1, 16 << 10, 300 << 10, 5]) {
      const value = 'é'.repeat(size);
      expect(strings.reserve([], [[value]])).toBe(true);
      expect(listAt(strings.pointers([value]))).toEqual([latin1Of(value)]);
      strings.release();
    }
  });

  it.each([
    ['text', 'a\0b'],
    ['bytes', Buffer.from('a\0b')],
  ])('are refused with a NUL within: %s', (_what, value) => {
    const strings = new ExecStrings();
    expect(strings.reserve([value], [])).toBe(false);
    expect(strings.reserve([], [['a'], ['b', value]])).toBe(false);
  });
});
