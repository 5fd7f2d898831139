import type { Exchange, Files } from '@webserv/methods';
import { copyOfText } from '@webserv/request';
import type { ContentCoding, Representation } from '@webserv/response';

/** What a page is made from. It outlives the request that began the page. */
export interface PageOrigin {
  /** The decoded path of the request. */
  readonly name: string;
  /** The key of the page in the cache. */
  readonly key: string;
  readonly representation: Representation;
  /** The time at which the stamp was taken. */
  readonly nowMs: number;
  readonly files: Files;
}

export function originOf(exchange: Exchange, representation: Representation): PageOrigin {
  // A copy: the path may be a slice of the whole head's text, which the key would keep alive.
  const name = copyOfText(exchange.head.path);
  const { coding } = representation;
  const key = coding === '' ? name : variantKey(coding, name);
  return { name, key, representation, nowMs: exchange.nowMs, files: exchange.services.files };
}

/** Returns the key of a coded page. No path has a NUL in it. */
export function variantKey(coding: ContentCoding, name: string): string {
  return `${coding}\0${name}`;
}
