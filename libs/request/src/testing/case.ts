import type { RequestHead } from '../head/head.ts';

/**
 * Bytes of a head and their result: fields of the head, or an error as `status code offset` (the offset may be left
 * out), or null if the parser needs more bytes.
 */
export type Case = readonly [name: string, bytes: string, expected: Partial<RequestHead> | string | null];
