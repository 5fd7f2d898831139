/** What a shell can offer for a word. A list holds all words that are possible. */
export type Kind = 'file' | 'folder' | 'any' | readonly string[];

/** The value of an option. */
interface ValueRow {
  /** As help shows it: `PORT`. */
  readonly name: string;
  readonly kind: Kind;
  /** Present if the option may stand without a value. Then a value is written as `--name=VALUE`. */
  readonly optional?: true;
  /** Present if the option may be given many times. Its values are lines then, in the order of the words. */
  readonly many?: true;
  /** A word that follows an optional value's option is its value all the same if this accepts it. */
  readonly takes?: (word: string) => boolean;
  /** Returns what was expected, or '' if the value is possible. */
  readonly check?: (word: string) => string;
}

/** One option of the command line. Parser, help, man page and completions read it here. */
export interface OptionRow {
  readonly name: string;
  /** One letter. */
  readonly short?: string;
  readonly value?: ValueRow;
  /** One sentence or more, without a line end. */
  readonly help: string;
}

/** Options under one heading. */
export interface OptionGroup {
  readonly title: string;
  readonly options: readonly OptionRow[];
}

/** A word in place of an option: `webserv init`. */
export interface SubcommandRow {
  readonly name: string;
  /** As help shows them: `SHELL`. */
  readonly operands: string;
  readonly kind: Kind;
  readonly least: number;
  readonly most: number;
  readonly options: readonly OptionRow[];
  readonly help: string;
  /** True for what the server starts itself: no help names it. */
  readonly hidden?: true;
}
