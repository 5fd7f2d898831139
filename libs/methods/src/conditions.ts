import { FieldId } from '@webserv/request';
import {
  type ContentCoding,
  evaluatePreconditions,
  type FileStamp,
  fileValidators,
  notModified,
  type Precondition,
  type Reply,
  type Validators,
} from '@webserv/response';
import type { Exchange } from './exchange.ts';
import { failure } from './failure.ts';

/**
 * Returns the validators of the request's file, as its location configures them. If the tag is made of the content, the
 * location does not trust the file's times, so there is no Last-Modified.
 * @param stamp of the file, or of the coded file in its place
 * @param coding of the coded file; '' for the file itself
 * @param nowMs when they are judged: a file that has just changed has a weak tag
 */
export function validatorsOf(
  exchange: Exchange,
  stamp: FileStamp,
  coding: ContentCoding | '',
  nowMs = exchange.nowMs,
): Validators {
  const { location, services } = exchange;
  switch (location.etag) {
    case 'stat':
      return fileValidators(stamp, nowMs, coding);
    case 'off':
      return { etag: '', lastModified: fileValidators(stamp, nowMs).lastModified };
    case 'content':
      return { etag: services.contentTag(exchange, coding, stamp), lastModified: Number.NaN };
  }
}

/**
 * Returns the validators that the conditions of a method which changes files are judged by. A client has a strong tag only of
 * a version that no later one can share its time with. So the tag counts as strong here, even right after a change.
 */
export function validatorsToChange(exchange: Exchange, stamp: FileStamp): Validators {
  return validatorsOf(exchange, stamp, '', Number.POSITIVE_INFINITY);
}

/**
 * Returns the result of the request's conditions if the target has these validators (RFC 9110, section 13.2.2).
 * @param validators null if there is no target
 */
export function conditionsOf(exchange: Exchange, validators: Validators | null): Precondition {
  const { headers, method } = exchange.head;
  const outcome = evaluatePreconditions(
    method,
    headers.known(FieldId.IF_MATCH),
    headers.known(FieldId.IF_NONE_MATCH),
    headers.known(FieldId.IF_MODIFIED_SINCE),
    headers.known(FieldId.IF_UNMODIFIED_SINCE),
    validators,
    exchange.nowMs,
  );
  if (outcome !== 'pass')
    exchange.services.trace?.note('answer', `a condition of the request says ${outcome}`);
  return outcome;
}

/** @returns `reply` itself if the conditions let it pass; otherwise the 304 or 412 in its place, and `reply` is released */
export function conditioned(exchange: Exchange, reply: Reply, validators: Validators): Reply {
  const outcome = conditionsOf(exchange, validators);
  if (outcome === 'pass') return reply;
  const instead = outcome === 'failed' ? failure(exchange, 412, 'precondition') : notModified(reply.headers);
  reply.release();
  return instead;
}
