import { ERRNO, errnoName } from '../../ffi/errno.ts';
import { Interest, Loop, Memory, Op, Udata } from '../../index.ts';
import { OpState } from '../../op.ts';
import { FakeContent, FakeDriver, settle } from '../../testing.ts';

/** A udata that does nothing by itself. */
class Still extends Udata {
  readonly reading = new Op(this);
  readonly writing = new Op(this);
  readonly results: number[] = [];
  disposed = false;

  complete(op: Op): void {
    this.results.push(op.result);
  }

  override dispose(): void {
    this.disposed = true;
  }
}

/** What happens to one write, or one child, under many seeds. */
describe('as a kernel does, the fake driver', () => {
  function seeds<T>(count: number, act: (driver: FakeDriver, loop: Loop) => T): Set<T> {
    const seen = new Set<T>();
    for (let seed = 1; seed <= count; seed++) {
      const driver = new FakeDriver({ seed });
      const loop = Loop.open({ driver, hosted: false });
      seen.add(act(driver, loop));
      loop.dispose();
      driver.assertQuiet();
    }
    return seen;
  }

  function writing(driver: FakeDriver, loop: Loop, fd: number, memory: Memory): Still {
    const still = new Still('worker', fd);
    expect(loop.register(still, driver.fileOf(fd) === null ? Interest.WRITE : Interest.FILE)).toBe(0);
    loop.write(still.writing, memory, 0, memory.size, driver.fileOf(fd) === null ? -1 : 0);
    return still;
  }

  it('keeps a write to a file beyond the close: what its memory becomes may be written', () => {
    const seen = seeds(100, (driver, loop) => {
      const content = new FakeContent();
      const memory = Memory.from('old!');
      const still = writing(driver, loop, driver.openFile(content), memory);
      loop.close(still);
      const atOnce = still.disposed;
      memory.bytes.write('new!');
      settle(loop, driver);
      expect([atOnce, still.disposed, still.results]).toEqual([false, true, []]);
      return content.bytes.toString();
    });
    expect(seen).toContain('');
    expect(seen).toContain('new!');
    expect([...seen].filter((text) => text.includes('o'))).toEqual([]);
  });

  it('keeps a send beyond the close', () => {
    const seen = seeds(100, (driver, loop) => {
      const { fd, peer } = driver.pipe();
      const memory = Memory.from('old!');
      loop.close(writing(driver, loop, fd, memory));
      memory.bytes.write('new!');
      settle(loop, driver);
      return peer.read().toString();
    });
    expect(seen).toContain('');
    expect(seen).toContain('new!');
  });

  it.each(['told later', 'joined'])('ends a write that is cancelled early or late: %s', (how) => {
    const seen = seeds(100, (driver, loop) => {
      const still = writing(driver, loop, driver.openFile(''), Memory.from('abcd'));
      loop.cancel(still.writing);
      if (how === 'joined') {
        loop.join(still.writing, 1000);
        expect(still.writing.state).toBe(OpState.DONE);
      }
      settle(loop, driver);
      const written = driver.contentOf(still.fd)?.toString() ?? '';
      loop.close(still);
      expect(written).toBe('abcd'.slice(0, still.writing.done));
      return `${errnoName(still.results[0] as number)} ${written}`;
    });
    expect(seen).toContain('ECANCELED ');
    expect(seen).toContain('OK abcd');
    expect([...seen].some((text) => /ECANCELED a/.test(text))).toBe(true);
  });

  it('may be unable to watch a child that runs; one that has ended is collected', () => {
    const driver = new FakeDriver({ faults: { child: { probability: 1, errors: [ERRNO.ENOSYS] } } });
    const loop = Loop.open({ driver, hosted: false });
    const still = new Still('worker', -1);
    loop.register(still, Interest.READ);
    const pid = driver.spawn();
    loop.awaitChild(still.reading, pid);
    settle(loop, driver);
    expect(still.results).toEqual([-ERRNO.ENOSYS]);
    driver.exit(pid, 7);
    loop.awaitChild(still.reading, pid);
    settle(loop, driver);
    expect(still.results).toEqual([-ERRNO.ENOSYS, 7]);
    expect(driver.calls.struck.get('child')).toBe(1);
    loop.dispose();
    driver.assertQuiet();
  });
});
