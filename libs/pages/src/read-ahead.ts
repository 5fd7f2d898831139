import type { Files } from '@webserv/methods';
import type { FileBody } from '@webserv/response';

/**
 * Returns the content of a file that was read when it was opened, or null. The bytes are good until the disk opens the
 * next file.
 */
export function readAhead(
  { ahead }: Pick<Files, 'ahead'>,
  { read, offset, length }: FileBody,
): Buffer | null {
  if (ahead === undefined || ahead === null || read === undefined || read === 0) return null;
  return ahead.count === read ? ahead.bytes.subarray(offset, offset + length) : null;
}
