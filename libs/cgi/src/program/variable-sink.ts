/** What takes the variables of a script, one after the other. */
export interface VariableSink {
  /** @param value text; it may hold bytes of a name that are no text */
  text(name: string, value: string): void;
  /** @param value a character for each byte */
  bytes(name: string, value: string): void;
}
