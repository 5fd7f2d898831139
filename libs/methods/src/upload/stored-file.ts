import type { FileStamp } from '@webserv/response';

/** A file that an upload has stored. */
export interface StoredFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly stamp: FileStamp;
}
