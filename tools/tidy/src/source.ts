import { parseSync } from '@swc/core';
import { nodesOf, type Syntax } from './syntax.ts';

const NEWLINE = 10;

/** One text file of the tree. The first use builds its syntax tree: for most files, most checks need only the text. */
export class Source {
  /** The path from the workspace's root, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  #starts: number[] | null = null;
  #nodes: readonly Syntax[] | null = null;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
    this.lines = text.split('\n');
  }

  /** The number of lines that an editor shows: a newline at the end begins no other line. */
  get length(): number {
    return this.text.endsWith('\n') ? this.lines.length - 1 : this.lines.length;
  }

  /** Every node of the file's syntax tree. A file that does not parse has none (typecheck reports it). */
  get nodes(): readonly Syntax[] {
    this.#nodes ??= parse(this.text);
    return this.#nodes;
  }

  /** Returns the line (from 1) of a position in a span. */
  lineAt(position: number): number {
    this.#starts ??= lineStarts(this.text);
    let low = 0;
    let high = this.#starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.#starts[middle]! <= position) low = middle;
      else high = middle;
    }
    return low + 1;
  }
}

function parse(text: string): Syntax[] {
  try {
    return nodesOf(parseSync(text, { syntax: 'typescript' }));
  } catch {
    return [];
  }
}

/** swc counts bytes of UTF-8 from 1, not characters from 0, so the table of line starts does too. */
function lineStarts(text: string): number[] {
  const bytes = Buffer.from(text);
  const starts = [1];
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) starts.push(at + 2);
  return starts;
}
