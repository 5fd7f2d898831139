/**
 * Room for the rest of a body, lent by its owner: what is received there need not be copied. The
 * memory does not move: that of an event loop is such.
 */
export interface Room {
  readonly memory: { readonly bytes: Buffer; readonly address: number; readonly size: number };
  readonly offset: number;
  readonly length: number;
}
