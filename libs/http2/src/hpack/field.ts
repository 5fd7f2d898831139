/** What an entry of a table takes besides its name and value (RFC 7541, section 4.1). */
export const ENTRY_OVERHEAD = 32;

/** A field line of a table or of a field block. Name and value have one character a byte (latin1). */
export class Field {
  readonly name: string;
  readonly value: string;
  /** Both, for those who take them as a pair. A field of a table lives long, so the pair is not made for each request. */
  readonly line: readonly [name: string, value: string];
  /** An intermediary must not put it into a table either (RFC 7541, section 6.2.3). */
  readonly neverIndexed: boolean;
  /** What it means in a request, for the reader of requests: -1 while nobody has asked. */
  kind = -1;

  constructor(name: string, value: string, neverIndexed = false) {
    this.name = name;
    this.value = value;
    this.line = [name, value];
    this.neverIndexed = neverIndexed;
  }

  /** Its size in a table, and in a field list (RFC 9113, section 6.5.2). */
  get size(): number {
    return this.name.length + this.value.length + ENTRY_OVERHEAD;
  }
}
