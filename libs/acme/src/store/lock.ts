import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A holder shows that it lives this often. */
export const BEAT_MS = 10_000;
/** A lock whose holder has not shown that it lives for this long is nobody's. */
const STALE_MS = 60_000;

/**
 * A lock in a folder that machines may share: a file that its holder alone made, and touches. Ages are measured by the
 * clock of the file system, which is the same for all.
 *
 * A holder that slept for longer than a minute may have lost its lock. It asks `mine` before each step that must not be
 * done twice.
 */
export class Lock {
  private readonly path: string;
  private readonly token = randomBytes(12).toString('hex');

  constructor(folder: string) {
    this.path = join(folder, 'lock');
  }

  /** Takes the lock. @returns false where somebody has it @throws the error of the file system */
  take(): boolean {
    if (this.make()) return true;
    const holder = this.holder();
    if (holder === null) return this.make();
    if (this.age() < STALE_MS) return false;
    this.takeAway(holder);
    return this.make();
  }

  /** The lock is still this one's. */
  get mine(): boolean {
    return this.holder() === this.token;
  }

  /** Shows that the holder lives. */
  beat(): void {
    if (!this.mine) return;
    const now = new Date(this.clock());
    utimesSync(this.path, now, now);
  }

  release(): void {
    if (this.mine) rmSync(this.path, { force: true });
  }

  private make(): boolean {
    try {
      writeFileSync(this.path, this.token, { flag: 'wx', mode: 0o600 });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
  }

  private holder(): string | null {
    try {
      return readFileSync(this.path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  private age(): number {
    try {
      return this.clock() - statSync(this.path).mtimeMs;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
      throw error;
    }
  }

  /** The time on the machine that has the files: that of a file made now. */
  private clock(): number {
    const probe = `${this.path}.${this.token}`;
    try {
      writeFileSync(probe, '', { mode: 0o600 });
      return statSync(probe).mtimeMs;
    } finally {
      rmSync(probe, { force: true });
    }
  }

  /** Two may take a stale lock away at once. Who took a new one away by that puts it back. */
  private takeAway(holder: string): void {
    const away = `${this.path}.${this.token}.away`;
    try {
      renameSync(this.path, away);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
      throw error;
    }
    try {
      if (readFileSync(away, 'utf8') !== holder) linkSync(away, this.path);
    } catch {
      // Somebody made a new one meanwhile. The one that was taken away finds that it has lost its lock.
    } finally {
      rmSync(away, { force: true });
    }
  }
}
