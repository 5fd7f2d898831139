import { type ContentCoding, type FileStamp, fileValidators, type Validators } from '@webserv/response';
import type { Exchange } from '../exchange.ts';

/**
 * The validators of the request's file, as its location wants them. Where the tag is made of the content, the location
 * does not trust the file's times, and there is no Last-Modified either.
 * @param stamp of the file, or of the coded one in its place
 * @param coding of the coded one; '' for the file itself
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
