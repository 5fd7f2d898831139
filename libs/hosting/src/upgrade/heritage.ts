import { closeSync, readSync, writeSync } from 'node:fs';
import { redirect } from '@webserv/event-loop';
import { StartError } from '../process/start-error.ts';
import { REPORT_FD, type Word } from '../workers/words.ts';
import { FORMAT, STDERR_FD, VARIABLE, type Will } from './will.ts';

const STDIN = 0;
const STDERR = 2;
const LINE_END = 0x0a;

/**
 * What this process has from the server that it follows, which still serves and waits. If this one does not come to serve, it
 * ends, and nothing has changed.
 */
export class Heritage {
  readonly will: Will;

  private constructor(will: Will) {
    this.will = will;
  }

  /**
   * Reads what was handed over. It takes the variable out of the environment: no child of this process is meant.
   * @returns null in a process that follows nobody
   * @throws StartError if the other one has ended, or is of a version that this one does not understand
   */
  static read(env: NodeJS.ProcessEnv): Heritage | null {
    const { [VARIABLE]: before } = env;
    if (before === undefined) return null;
    delete env[VARIABLE];
    // If the other one dies, nobody reads what this one prints.
    process.stderr.on('error', () => {});
    const line = lineOf(STDIN);
    if (line === '') throw new StartError(`the server that this one follows has ended (process ${before})`);
    const will = JSON.parse(line) as { readonly format: unknown };
    if (will.format !== FORMAT) {
      throw new StartError(
        `the running server is of a version that this one cannot follow (format ${will.format}, expected ${FORMAT}): stop it and start this one`,
      );
    }
    return new Heritage(will as Will);
  }

  /**
   * This process serves, and says so to the one before. Ends when that one lets go of everything, or has died: from then on
   * this one is the server.
   */
  async serving(software: string): Promise<void> {
    const word: Word = { is: 'follows', software };
    const { stdin } = process;
    const over = new Promise<void>((done) => {
      for (const event of ['data', 'end', 'error']) stdin.once(event, () => done());
    });
    try {
      writeSync(REPORT_FD, `${JSON.stringify(word)}\n`);
    } catch {
      // It has died, and its end follows on the standard input.
    }
    await over;
    redirect(STDERR, STDERR_FD);
    for (const fd of [REPORT_FD, STDERR_FD]) closeSync(fd);
    stdin.destroy();
  }
}

/** The other process writes it right after it has started this one. */
function lineOf(fd: number): string {
  const pieces: Buffer[] = [];
  for (;;) {
    const piece = Buffer.alloc(1 << 16);
    const length = readSync(fd, piece);
    pieces.push(piece.subarray(0, length));
    if (length === 0 || piece[length - 1] === LINE_END) return Buffer.concat(pieces).toString();
  }
}
