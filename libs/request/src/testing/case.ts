import type { RequestHead } from '../head/head.ts';

/**
 * What bytes of a head come to: fields of the head, or an error as `status code offset` (the offset may be left out),
 * or null where more bytes are needed.
 */
export type Case = readonly [name: string, bytes: string, expected: Partial<RequestHead> | string | null];
