/**
 * Result of one step in a body. PARTIAL: feed more bytes. DATA: `[dataStart, dataEnd)` of the fed bytes is payload.
 * Continue at `consumed`. DONE: the body is complete. ERROR: `error` says why it never will be.
 */
export const BodyStatus = { PARTIAL: 0, DATA: 1, DONE: 2, ERROR: 3 } as const;
export type BodyStatus = (typeof BodyStatus)[keyof typeof BodyStatus];
