const LF = 0x0a;
const CR = 0x0d;

/** The most bytes of one line that are kept. */
export const LINE_MAX = 2048;
/** The most lines of one script that are reported in a second. The others are only counted. */
export const LINES_PER_SECOND = 50;
const SECOND = 1000;

/**
 * Splits the bytes that a script writes to stderr into lines. The bytes come in pieces of any size. The memory is bounded
 * by one line, and the number of reported lines is bounded too.
 */
export class StderrLines {
  private readonly tell: (line: string) => void;
  private line = Buffer.alloc(0);
  /** Bytes of the current line that were not kept. */
  private cut = 0;
  private second = Number.NEGATIVE_INFINITY;
  private reported = 0;
  private dropped = 0;

  constructor(tell: (line: string) => void) {
    this.tell = tell;
  }

  /** @param now milliseconds of any clock that only goes forward */
  feed(bytes: Buffer, start: number, end: number, now: number): void {
    for (let at = start; at < end; ) {
      const lf = bytes.indexOf(LF, at);
      const stop = lf < 0 || lf >= end ? end : lf;
      this.keep(bytes, at, stop);
      if (stop === end) return;
      this.endLine(now);
      at = stop + 1;
    }
  }

  /** Reports the end of stderr. A last line without a line end counts as a line. */
  end(now: number): void {
    if (this.line.length > 0) this.endLine(now);
    this.tellDropped();
  }

  private keep(bytes: Buffer, start: number, end: number): void {
    const room = LINE_MAX - this.line.length;
    const stop = Math.min(end, start + room);
    this.cut += end - stop;
    if (stop > start) this.line = Buffer.concat([this.line, bytes.subarray(start, stop)]);
  }

  private endLine(now: number): void {
    const { line, cut } = this;
    this.line = Buffer.alloc(0);
    this.cut = 0;
    const size = cut === 0 && line[line.length - 1] === CR ? line.length - 1 : line.length;
    if (size === 0) return;
    if (now - this.second >= SECOND) {
      this.tellDropped();
      this.second = now;
      this.reported = 0;
    }
    if (this.reported === LINES_PER_SECOND) {
      this.dropped++;
      return;
    }
    this.reported++;
    const text = line.toString('utf8', 0, size);
    this.tell(cut === 0 ? text : `${text} (and ${cut} bytes more)`);
  }

  private tellDropped(): void {
    if (this.dropped > 0) this.tell(`(${this.dropped} lines more)`);
    this.dropped = 0;
  }
}
