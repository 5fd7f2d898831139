/** A word that Markdown reads as a mark at the start of a line; it stays with the word before it. */
const MARK = / (?=(?:[*+-]|#+|>\S*|1[.)])(?: |$))/g;
const JOINED = '\0';

/**
 * Breaks a text between words into lines of at most `width` characters. A word that is longer has a line of its own.
 * The first line starts with `first`, the others with `rest`.
 */
export function wrap(text: string, width: number, first: string, rest: string): string {
  const lines: string[] = [];
  let line = first;
  let empty = true;
  for (const word of text.replace(MARK, JOINED).split(' ')) {
    if (!empty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = rest;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line].join('\n').replaceAll(JOINED, ' ');
}
