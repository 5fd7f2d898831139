// A place in a config text. Columns and lengths count characters (code points), from 1, because an editor shows
// them so. The library itself works with UTF-16 offsets, and makes a Position only when a caller asks for one.

/** A place in a file. `line` and `column` count from 1; `length` is in characters, at least 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly length: number;
}

/** Returns a place for a message: `file:line`. */
export function lineOf({ file, line }: Position): string {
  return `${file}:${line}`;
}

/** A stretch of one source, as UTF-16 offsets: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** One config text, with the `include` that led to it. */
export class Source {
  /** What messages show: the path as its writer wrote it. */
  readonly name: string;
  /** Absolute. Relative paths in this text start in its folder. */
  readonly path: string;
  readonly text: string;
  readonly includedFrom: Span | null;
  /** The place of this text in the order of reading, by which reports are sorted. */
  readonly order: number;
  #lineStarts: number[] | null = null;

  constructor(name: string, path: string, text: string, includedFrom: Span | null = null, order = 0) {
    this.name = name;
    this.path = path;
    this.text = text;
    this.includedFrom = includedFrom;
    this.order = order;
  }

  /** The folder of this file, absolute, without a slash at its end. `/` is the empty string. */
  get folder(): string {
    return this.path.slice(0, this.path.lastIndexOf('/'));
  }

  /** Returns the line (from 1) that holds a UTF-16 offset. */
  lineAt(offset: number): number {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle] <= offset) low = middle;
      else high = middle - 1;
    }
    return low + 1;
  }

  /** Returns the text of a line (from 1), without its line end. */
  lineText(line: number): string {
    const start = this.#starts()[line - 1];
    const newline = this.text.indexOf('\n', start);
    let end = newline < 0 ? this.text.length : newline;
    if (end > start && this.text.charCodeAt(end - 1) === 0x0d) end -= 1;
    return this.text.slice(start, end);
  }

  /** Turns offsets into a Position. It ends at the latest where its first line ends. */
  position(start: number, end: number): Position {
    const line = this.lineAt(start);
    const lineStart = this.#starts()[line - 1];
    const lineEnd = lineStart + this.lineText(line).length;
    const column = characters(this.text, lineStart, start) + 1;
    const length = Math.max(1, characters(this.text, start, Math.min(end, lineEnd)));
    return { file: this.name, line, column, length };
  }

  /** Returns the places of the `include`s that led to this text, nearest first. */
  includeChain(): Position[] {
    const chain: Position[] = [];
    for (let at = this.includedFrom; at !== null; at = at.source.includedFrom) {
      chain.push(at.source.position(at.start, at.end));
    }
    return chain;
  }

  #starts(): number[] {
    if (this.#lineStarts === null) {
      // A byte order mark is not a character of the first line.
      const starts = [this.text.charCodeAt(0) === 0xfeff ? 1 : 0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1))
        starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}

function characters(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; count += 1) at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  return count;
}
