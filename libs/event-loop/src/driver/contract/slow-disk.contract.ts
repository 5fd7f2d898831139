import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** A call waits no longer than this: a loop that waits with it is seen, and goes on. */
const PATIENCE_S = 8;
const LIBRARY = ['-I/usr/include/fuse3', '-I/usr/local/include/fuse3', '-lfuse3', '-lpthread'];

/** `direct` has no page cache: each read goes to the disk. With `names`, a look for a name waits as well. */
export type SlowDiskKind = 'cached' | 'direct' | 'names';

/** The file system's program, and the folders that it needs. */
export class SlowDisks {
  /** Why there are none: '' where there are. */
  readonly reason: string;
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), 'webserv-slow-'));
  private readonly program = path.join(this.folder, 'slow-disk');
  private mounted = 0;

  /** @param reason why there shall be none */
  constructor(reason?: string) {
    this.reason = reason ?? this.whyNot();
    if (this.reason !== '') this.dispose();
  }

  private whyNot(): string {
    if (process.platform !== 'linux') return 'FUSE of Linux';
    if (!fs.existsSync('/dev/fuse')) return 'there is no /dev/fuse';
    const source = path.join(__dirname, 'slow-disk.c');
    const built = spawnSync('cc', ['-O1', '-o', this.program, source, ...LIBRARY], { encoding: 'utf8' });
    if (built.error !== undefined) return 'there is no C compiler';
    if (built.status !== 0) return 'it needs libfuse3-dev to be built';
    // Without an input it ends at once.
    const tried = spawnSync(this.program, this.words('cached'), { input: '', encoding: 'utf8' });
    return tried.stdout === 'm' ? '' : `not mounted: ${tried.stderr.trim()}`;
  }

  private words(kind: SlowDiskKind): string[] {
    const [base, point] = ['base', 'point'].map((name) => path.join(this.folder, `${name}-${this.mounted}`));
    for (const folder of [base, point]) fs.mkdirSync(folder as string, { recursive: true });
    this.mounted++;
    return [base as string, point as string, `${PATIENCE_S}`, kind];
  }

  /** Mounts a new one, which holds nothing up yet. */
  async mount(kind: SlowDiskKind): Promise<SlowDisk> {
    const words = this.words(kind);
    const child = spawn(this.program, words, { stdio: ['pipe', 'pipe', 'ignore'] });
    const disk = new SlowDisk(words[0] as string, words[1] as string, child);
    await disk.heard(() => disk.mounted);
    return disk;
  }

  dispose(): void {
    fs.rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A mounted file system whose reads, writes and closes wait for a word. */
export class SlowDisk {
  readonly folder: string;
  /** What it shows, for what is to be there without its knowing. */
  readonly base: string;
  mounted = false;
  /** Calls that wait now, and calls that have waited. */
  waiting = 0;
  passed = 0;
  /** No call has waited for too long: the test that lets it go was not held up by it. */
  patient = true;
  private readonly child: ChildProcessByStdio<Writable, Readable, null>;
  private readonly ended: Promise<void>;
  private obeyed = 0;
  private wake: () => void = () => {};

  constructor(base: string, folder: string, child: ChildProcessByStdio<Writable, Readable, null>) {
    this.base = base;
    this.folder = folder;
    this.child = child;
    this.ended = new Promise((resolve) => {
      child.once('close', () => {
        this.wake();
        resolve();
      });
    });
    child.stdout.on('data', (words: Buffer) => {
      for (const word of words.toString('latin1')) this.hear(word);
      this.wake();
    });
  }

  /** From now on calls wait. */
  hold(): Promise<void> {
    return this.tell('h');
  }

  /** One call may go: one that waits, or the next. */
  letOne(): Promise<void> {
    return this.tell('o');
  }

  release(): Promise<void> {
    return this.tell('r');
  }

  async heard(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.child.exitCode !== null) throw new Error('the slow disk has ended');
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Lets all waiting calls go, and unmounts. */
  async unmount(): Promise<void> {
    this.child.stdin.end();
    await this.ended;
  }

  private tell(word: string): Promise<void> {
    const due = this.obeyed + 1;
    this.child.stdin.write(word);
    return this.heard(() => this.obeyed >= due);
  }

  private hear(word: string): void {
    if (word === 'm') this.mounted = true;
    else if (word === '.') this.obeyed++;
    else if (word === 'w') this.waiting++;
    else if (word === 'p') {
      this.waiting--;
      this.passed++;
    } else this.patient = false;
  }
}
