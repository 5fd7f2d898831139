import { FieldId } from '@webserv/request';
import type { Exchange } from '../exchange.ts';
import { failure } from '../failure.ts';
import type { Outcome } from '../intake.ts';
import { lastSegment } from '../resolve-path.ts';
import { uploadStatusOf } from '../status-of.ts';
import { refusedCoding } from './coded-body.ts';
import { cleanName, generatedName } from './file-name.ts';
import { parseDisposition } from './form/disposition.ts';
import { FormIntake } from './form/form-intake.ts';
import { isBoundary } from './form/multipart-parser.ts';
import { parseParameters } from './form/parameters.ts';
import { mediaTypeOf } from './form/part-head.ts';
import { storeRaw } from './raw-intake.ts';
import { receipt } from './receipt.ts';
import type { UploadRules } from './upload-rules.ts';

const FORM = 'multipart/form-data';

/**
 * POST (RFC 9110 section 9.3.3) stores a body in the location's upload folder, which is independent of its root. A form
 * stores its files. Any other body is one file, stored as it was sent.
 */
export function post(exchange: Exchange): Outcome {
  const { location } = exchange;
  if (location.uploadPath === null) return failure(exchange, 403, 'no upload_path');
  const rules: UploadRules = {
    folder: location.uploadPath,
    temporary: location.uploadPath,
    overwrite: location.uploadOverwrite,
    fsync: location.uploadFsync,
    ownTime: false,
  };
  const coded = refusedCoding(exchange);
  if (coded !== null) return coded;
  const contentType = exchange.head.headers.known(FieldId.CONTENT_TYPE) ?? null;
  const mediaType = mediaTypeOf(contentType, '');
  if (contentType !== null && isForm(mediaType, contentType)) return form(exchange, rules, contentType);
  return raw(exchange, rules, mediaType);
}

/** A malformed Content-Type that begins like that of a form counts as a form: the server refuses it and stores nothing. */
function isForm(mediaType: string, contentType: string): boolean {
  return mediaType === FORM || (mediaType === '' && contentType.toLowerCase().startsWith(FORM));
}

function form(exchange: Exchange, rules: UploadRules, contentType: string): Outcome {
  const boundary = parseParameters(contentType)?.parameters.get('boundary');
  if (boundary === undefined || !isBoundary(boundary)) return failure(exchange, 400, 'form boundary');
  return new FormIntake(exchange, rules, boundary);
}

function raw(exchange: Exchange, rules: UploadRules, mediaType: string): Outcome {
  return storeRaw(exchange, {
    name: nameOf(exchange, mediaType),
    rules,
    statusOf: uploadStatusOf,
    refusal: () => null,
    receipt: (files) => receipt(exchange, rules.folder, files, []),
  });
}

/** Returns the last segment of the URL below the prefix, or the name in Content-Disposition, or a generated name. */
function nameOf(exchange: Exchange, mediaType: string): string {
  const { head, location, nowMs } = exchange;
  const { prefix } = location;
  const below = prefix === '/' ? head.path : head.path.slice(prefix.length);
  const fromPath = cleanName(lastSegment(below));
  if (fromPath !== '') return fromPath;
  const field = head.headers.known(FieldId.CONTENT_DISPOSITION);
  const disposition = field === undefined ? null : parseDisposition(field);
  const fromField = cleanName(disposition?.filename ?? '');
  return fromField === '' ? generatedName(mediaType, nowMs) : fromField;
}
