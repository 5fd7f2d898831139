import { readFileSync, statSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';

/** A file, as it was read last. */
interface Followed {
  content: Buffer;
  /** What the file was when it was read, or when reading it failed. */
  stamp: string;
  /** What it was at the last look. */
  seen: string;
}

/** What a look has found. */
interface Findings {
  /** Files with another content than before. */
  readonly changed: readonly string[];
  /** A line for each file that cannot be read any more. */
  readonly problems: readonly string[];
}

/**
 * Files whose contents are used as long as the server runs. A look asks the disk about each of them. A file that has changed
 * is read when two looks find it the same: until then somebody may be writing it.
 */
export class FollowedFiles {
  private readonly files = new Map<string, Followed>();

  /**
   * Reads a file and follows it from now on.
   * @throws Error of node:fs
   */
  open(path: string): Buffer {
    const known = this.files.get(path);
    if (known !== undefined) return known.content;
    const stamp = stampOf(statSync(path, { bigint: true }));
    const content = readFileSync(path);
    this.files.set(path, { content, stamp, seen: stamp });
    return content;
  }

  /** The content of a file that is followed. */
  content(path: string): Buffer {
    const file = this.files.get(path);
    if (file === undefined) throw new Error(`${path} is not followed`);
    return file.content;
  }

  async look(): Promise<Findings> {
    const changed: string[] = [];
    const problems: string[] = [];
    for (const [path, file] of this.files) {
      const stamp = await stampAt(path);
      const settled = stamp === file.seen;
      file.seen = stamp;
      if (stamp === file.stamp || !settled) continue;
      file.stamp = stamp;
      try {
        const content = await readFile(path);
        // Written while it was read: the next look finds it changed again.
        if ((await stampAt(path)) !== stamp) file.stamp = '';
        else if (!content.equals(file.content)) {
          file.content = content;
          changed.push(path);
        }
      } catch (error) {
        problems.push(`${path} cannot be read (${codeOf(error)}): what it held stays in use`);
      }
    }
    return { changed, problems };
  }
}

function stampOf({
  ino,
  size,
  mtimeNs,
  ctimeNs,
}: {
  ino: bigint;
  size: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
}): string {
  return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

async function stampAt(path: string): Promise<string> {
  try {
    return stampOf(await stat(path, { bigint: true }));
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? 'EIO';
}
