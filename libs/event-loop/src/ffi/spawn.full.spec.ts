import { closeSync, mkdtempSync, openSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Interest } from '../driver/driver.ts';
import { Loop } from '../loop.ts';
import { Op } from '../op.ts';
import { Udata } from '../udata.ts';
import { inheritable } from './calls.contract.ts';
import { ERRNO } from './errno.ts';
import { type Call, close, descriptorFlags, isOpen, kill, openChildPipe, posixSpawn } from './libc.ts';
import { killGroup, type SpawnRequest, spawn, spawnInThread } from './spawn.ts';

/** Collects what comes out of a pipe, or the end of a child. */
class Collector extends Udata {
  readonly ended: Promise<string | number>;
  private readonly loop: Loop;
  private readonly op = new Op(this);
  private text = '';
  private resolve: (value: string | number) => void = () => {};

  constructor(loop: Loop, fd: number) {
    super('worker', fd);
    this.loop = loop;
    this.ended = new Promise((resolve) => {
      this.resolve = resolve;
    });
    loop.register(this, Interest.READ);
  }

  read(): this {
    this.loop.read(this.op, null, 0, 0, -1);
    return this;
  }

  await(pid: number): this {
    this.loop.awaitChild(this.op, pid);
    return this;
  }

  complete(op: Op): void {
    if (this.fd >= 0 && op.result > 0) {
      this.text += (op.bytes as Buffer).toString('latin1', op.offset, op.offset + op.result);
      this.read();
      return;
    }
    this.resolve(this.fd >= 0 ? this.text : op.result);
    this.loop.close(this);
  }
}

describe('spawn', () => {
  let loop: Loop;
  let folder: string;
  let empty: number;
  const opened: number[] = [];

  beforeEach(() => {
    loop = Loop.open();
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'webserv-spawn-')));
    empty = openSync('/dev/null', 'r+');
  });

  afterEach(() => {
    loop.dispose();
    for (const fd of opened.splice(0)) closeSync(fd);
    closeSync(empty);
    rmSync(folder, { recursive: true });
  });

  function pipe(ours: 0 | 1): [number, number] {
    return openChildPipe(ours) as [number, number];
  }

  function request(script: string, over: Partial<SpawnRequest> = {}): SpawnRequest {
    return {
      file: '/bin/sh',
      args: ['sh', '-c', script],
      env: [`PATH=${process.env['PATH'] ?? '/usr/bin:/bin'}`],
      cwd: '',
      stdin: empty,
      stdout: empty,
      stderr: empty,
      processGroup: true,
      ...over,
    };
  }

  async function run(script: string, over: Partial<SpawnRequest> = {}): Promise<[string, number]> {
    const [ours, theirs] = pipe(0);
    const pid = spawn(request(script, { stdout: theirs, ...over }));
    close(theirs);
    const output = new Collector(loop, ours).read();
    expect(pid).toBeGreaterThan(1);
    const end = new Collector(loop, -1).await(pid);
    return [(await output.ended) as string, (await end.ended) as number];
  }

  it('gives the child its arguments, and tells its exit code', async () => {
    expect(
      await run('printf "%s|" "$0" "$@"; exit 7', {
        args: ['sh', '-c', 'printf "%s|" "$0" "$@"; exit 7', 'a', 'b c', ''],
      }),
    ).toEqual(['a|b c||', 7]);
  });

  it('gives the child what it inherits, from 3 on and in order, whatever the numbers are here', async () => {
    writeFileSync(join(folder, 'a'), 'A');
    writeFileSync(join(folder, 'b'), 'B');
    const a = openSync(join(folder, 'a'), 'r');
    const b = openSync(join(folder, 'b'), 'r');
    opened.push(a, b);
    const script = 'cat <&3; cat <&4; if [ -e /proc/self/fd ]; then ls /proc/$$/fd | grep -c "^[0-9]*$"; fi';
    const [output] = await run(script, { inherited: [b, a] });
    // Its five, and no others.
    expect(output).toMatch(/^BA(5\n)?$/);
    expect(isOpen(a) && isOpen(b)).toBe(true);
  });

  it('gives the child this environment and no other, text in UTF-8 and bytes as they are', async () => {
    const [output] = await run('exec env', {
      env: ['PATH=/usr/bin:/bin', 'WORD=é', Buffer.from('RAW=\xe9', 'latin1')],
    });
    const lines = output.split('\n').filter((line) => !/^(PWD|SHLVL|OLDPWD|_)=/.test(line));
    expect(lines.sort()).toEqual(['', 'PATH=/usr/bin:/bin', 'RAW=\xe9', 'WORD=\xc3\xa9']);
  });

  it('starts the child in its working directory', async () => {
    expect(await run('pwd -P', { cwd: folder })).toEqual([`${folder}\n`, 0]);
  });

  it('changes the directory in a shell where posix_spawn cannot', async () => {
    const library = posixSpawn as { addChdir: Call | null };
    const { addChdir } = library;
    library.addChdir = null;
    try {
      const over = { cwd: folder, args: ['sh', '-c', 'pwd -P; printf "%s|" "$@"', 'x', 'a b', '$c', ''] };
      expect(await run('', over)).toEqual([`${folder}\na b|$c||`, 0]);
    } finally {
      library.addChdir = addChdir;
    }
  });

  it('keeps an environment of a megabyte whole', async () => {
    const values = Array.from({ length: 10 }, (_, index) => `BIG${index}=${'x'.repeat(100_000)}`);
    const [output] = await run('printf %s "$BIG0$BIG1$BIG2$BIG3$BIG4$BIG5$BIG6$BIG7$BIG8$BIG9" | wc -c', {
      env: ['PATH=/usr/bin:/bin', ...values],
    });
    expect(Number(output)).toBe(1_000_000);
  });

  it('hands on three descriptors and no other, whoever has opened them', async () => {
    const file = join(folder, 'held');
    writeFileSync(file, '');
    opened.push(openSync(file, 'r'), ...pipe(0), ...pipe(1));
    // As the program that started this process would have left them: every exec hands them on.
    const handed = [20, 200, 900].map((number) => inheritable(empty, number));
    opened.push(...handed);
    for (const fd of handed) expect(descriptorFlags(fd).cloexec).toBe(false);
    const [output] = await run('ls /dev/fd/');
    const seen = output.trim().split('\n').map(Number);
    expect(seen.filter((fd) => fd <= 2)).toEqual([0, 1, 2]);
    // ls has one of its own, for the folder that it lists.
    expect(seen.filter((fd) => fd > 2).length).toBeLessThanOrEqual(1);
    expect(handed.every(isOpen)).toBe(true);
  });

  it('resets the signals that Node ignores, and the mask', async () => {
    // SIGPIPE at its default ends the writer: 128 + 13 in the shell. Ignored, printf would fail with an error instead.
    const [output] = await run(
      '(i=0; while [ $i -lt 20000 ]; do echo line; i=$((i+1)); done; echo done >&3) 3>&1 | head -n 1; echo',
    );
    expect(output).toBe('line\n\n');
  });

  it('makes our end of a pipe non-blocking and the end of the child blocking, both close-on-exec', () => {
    for (const ours of [0, 1] as const) {
      const ends = pipe(ours);
      opened.push(...ends);
      expect(descriptorFlags(ends[ours])).toEqual({ cloexec: true, nonblocking: true });
      expect(descriptorFlags(ends[1 - ours] as number)).toEqual({ cloexec: true, nonblocking: false });
    }
  });

  it('gives the child a group that one signal ends, with all that it has started', async () => {
    const [ours, theirs] = pipe(0);
    const pid = spawn(request('sleep 100 & echo $!; wait', { stdout: theirs }));
    close(theirs);
    const output = new Collector(loop, ours);
    const end = new Collector(loop, -1).await(pid);
    expect(kill(-pid, 0)).toBe(0);
    expect(killGroup(pid, constants.signals.SIGTERM)).toBe(0);
    expect(await end.ended).toBe(256 + constants.signals.SIGTERM);
    // The pipe ends only when the grandchild has closed it too.
    await output.read().ended;
  });

  it.each([
    ['a program that is not there', { file: '/nowhere/at/all' }, -ERRNO.ENOENT],
    ['a folder', { file: '/' }, -ERRNO.EACCES],
    ['a working directory that is not there', { cwd: '/nowhere/at/all' }, -ERRNO.ENOENT],
    ['a NUL in an argument', { args: ['sh', 'a\0b'] }, -ERRNO.EINVAL],
    ['a NUL in the environment', { env: [Buffer.from('A=\0')] }, -ERRNO.EINVAL],
    ['a standard descriptor that would be overwritten', { stdin: 1 }, -ERRNO.EINVAL],
    ['a descriptor that is not open', { stdout: 1_000_000 }, -ERRNO.EBADF],
  ] as const)('answers %s with its error', (_what, over, error) => {
    expect(spawn(request('exit 0', over))).toBe(error);
  });

  it('answers a file that may not be run, and one that no system can run', () => {
    const file = join(folder, 'plain');
    writeFileSync(file, 'neither a binary nor #!', { mode: 0o600 });
    expect(spawn(request('', { file, args: [file] }))).toBe(-ERRNO.EACCES);
    const script = join(folder, 'script');
    writeFileSync(script, 'neither a binary nor #!', { mode: 0o700 });
    expect(spawn(request('', { file: script, args: [script] }))).toBe(-ERRNO.ENOEXEC);
    const orphan = join(folder, 'orphan');
    writeFileSync(orphan, '#!/nowhere/interpreter\n', { mode: 0o700 });
    expect(spawn(request('', { file: orphan, args: [orphan] }))).toBe(-ERRNO.ENOENT);
    expect(readFileSync(script, 'utf8')).toMatch('neither');
  });

  it('starts children side by side on threads, each with its own arguments', async () => {
    const numbers = Array.from({ length: 40 }, (_, index) => index);
    const ends = await Promise.all(
      numbers.map(async (number) => {
        const [ours, theirs] = pipe(0);
        // A large one among them: each call has memory of its own.
        const env = [`PATH=/usr/bin:/bin`, `N=${number}`, `BIG=${'x'.repeat(number * 1000)}`];
        const over = { stdout: theirs, env };
        const pid = await new Promise<number>((resolve) =>
          spawnInThread(request('echo "$N $BIG"; exit "$N"', over), resolve),
        );
        close(theirs);
        const output = new Collector(loop, ours).read();
        const end = new Collector(loop, -1).await(pid);
        return [await output.ended, await end.ended];
      }),
    );
    expect(ends).toEqual(numbers.map((number) => [`${number} ${'x'.repeat(number * 1000)}\n`, number]));
  });

  it.each([
    ['what posix_spawn says', { file: '/nowhere/at/all' }, -ERRNO.ENOENT],
    ['what is wrong with the request', { args: ['a\0b'] }, -ERRNO.EINVAL],
  ])('tells of a thread %s', async (_what, over, error) => {
    expect(await new Promise<number>((resolve) => spawnInThread(request('', over), resolve))).toBe(error);
  });

  it('tells that nobody is left', () => {
    // Above the largest pid that any of the systems gives out (4,194,304).
    expect(killGroup(5_000_000, constants.signals.SIGTERM)).toBe(-ERRNO.ESRCH);
  });

  it.each([0, 1, -1])('never signals the group %d', (group) => {
    expect(killGroup(group, 0)).toBe(-ERRNO.EINVAL);
  });
});
