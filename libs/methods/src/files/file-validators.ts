import { type ContentCoding, type FileStamp, fileValidators, type Validators } from '@webserv/response';
import type { Exchange } from '../exchange.ts';

/**
 * Returns the validators of the request's file, as its location configures them. If the tag is made of the content, the
 * location does not trust the file's times, so there is no Last-Modified.
 * @param stamp of the file, or of the coded file in its place
 * @param coding of the coded file; '' for the file itself
 */
export function validatorsOf(exchange: Exchange, stamp: FileStamp, coding: ContentCoding | ''): Validators {
  const { location, nowMs, services } = exchange;
  switch (location.etag) {
    case 'stat':
      return fileValidators(stamp, nowMs, coding);
    case 'off':
      return { etag: '', lastModified: fileValidators(stamp, nowMs).lastModified };
    case 'content':
      return { etag: services.contentTag(exchange, coding, stamp), lastModified: Number.NaN };
  }
}
