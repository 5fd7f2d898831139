/**
 * Room for the rest of a body, lent by its owner. Bytes that are received there need no copy. The memory must not move, as
 * that of an event loop does not.
 */
export interface Room {
  readonly memory: { readonly bytes: Buffer; readonly address: number; readonly size: number };
  readonly offset: number;
  readonly length: number;
}
