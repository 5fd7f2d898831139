import { type FileStamp, fileValidators, type Validators } from '@webserv/response';
import type { Exchange } from './exchange.ts';

/**
 * The validators of the request's file, as its location wants them. Where the tag is made of the content, the times are
 * not to be trusted, and say nothing either.
 * @param stamp of the file, or of the coded one in its place
 */
export function validatorsOf(exchange: Exchange, stamp: FileStamp): Validators {
  const { location, coding, nowMs, services } = exchange;
  switch (location.etag) {
    case 'stat':
      return fileValidators(stamp, nowMs, coding);
    case 'off':
      return { etag: '', lastModified: fileValidators(stamp, nowMs).lastModified };
    case 'content':
      return { etag: services.contentTag(exchange, coding, stamp), lastModified: Number.NaN };
  }
}
