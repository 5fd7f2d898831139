import { bytesOfText, holdsRawBytes, textOfBytes } from '@webserv/request';

/** A path as node:fs takes it: bytes where the name is not UTF-8, which a string would lose. */
export function diskPath(path: string): string | Buffer {
  return holdsRawBytes(path) ? bytesOfText(path) : path;
}

/** A path or name as node:fs gives it, asked for in bytes. */
export function pathText(bytes: Buffer): string {
  return textOfBytes(bytes);
}
