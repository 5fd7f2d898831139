import { bytesOfText, holdsRawBytes, textOfBytes } from '@webserv/request';

/** A path as node:fs takes it: bytes where the name is not UTF-8, which a string would lose. */
export function diskPath(path: string): string | Buffer {
  return holdsRawBytes(path) ? Buffer.from(bytesOfText(path)) : path;
}

/**
 * A path as node:fs gives it: as a string, which is quicker, and once more in bytes where that has lost something.
 * @param asked a function of node:fs that gives a path
 */
export function pathOf(asked: AsksPath, path: string | Buffer): string {
  const text = asked(path);
  return text.includes(LOST) ? pathText(asked(path, 'buffer')) : text;
}

interface AsksPath {
  (path: string | Buffer): string;
  (path: string | Buffer, encoding: 'buffer'): Buffer;
}

/** What stands for bytes that are no UTF-8. */
const LOST = '\ufffd';

/** A path or name as node:fs gives it, asked for in bytes. */
export function pathText(bytes: Buffer): string {
  return textOfBytes(bytes);
}
