/** Every reason for which this library refuses a request. */
export const ErrorKind = {
  TLS_HELLO: 0,
  BLANK_LINES: 1,
  BARE_CR: 2,
  BARE_LF: 3,
  BAD_METHOD: 4,
  METHOD_TOO_LONG: 5,
  BAD_TARGET: 6,
  BAD_TARGET_FORM: 7,
  BAD_PERCENT: 8,
  BAD_PATH_BYTE: 9,
  PATH_ABOVE_ROOT: 10,
  BAD_AUTHORITY: 11,
  UNSECURED_HTTPS: 12,
  TARGET_TOO_LONG: 13,
  BAD_VERSION: 14,
  VERSION_UNSUPPORTED: 15,
  OBS_FOLD: 16,
  EMPTY_FIELD_NAME: 17,
  BAD_FIELD_NAME: 18,
  SPACE_BEFORE_COLON: 19,
  MISSING_COLON: 20,
  BAD_FIELD_VALUE: 21,
  TOO_MANY_FIELDS: 22,
  HEAD_TOO_LARGE: 23,
  MISSING_HOST: 24,
  REPEATED_HOST: 25,
  BAD_HOST: 26,
  BAD_CONTENT_LENGTH: 27,
  REPEATED_CONTENT_LENGTH: 28,
  CONTENT_LENGTH_TOO_LARGE: 29,
  LENGTH_WITH_CODING: 30,
  CODING_IN_1_0: 31,
  BAD_TRANSFER_ENCODING: 32,
  UNKNOWN_CODING: 33,
  BAD_CONNECTION: 34,
  EXPECTATION_FAILED: 35,
  BODY_TOO_LARGE: 36,
  BAD_CHUNK_SIZE: 37,
  BAD_CHUNK_EXTENSION: 38,
  CHUNK_EXTENSIONS_TOO_LARGE: 39,
  BAD_CHUNK_END: 40,
  FORBIDDEN_TRAILER: 41,
  TRAILERS_TOO_LARGE: 42,
} as const;
export type ErrorKind = (typeof ErrorKind)[keyof typeof ErrorKind];

type Row = readonly [kind: ErrorKind, status: number, code: string, detail: string];

/** Status, stable name and words of each kind of error. No other place has them. */
const ROWS: readonly Row[] = [
  [ErrorKind.TLS_HELLO, 400, 'tls-hello', 'a TLS handshake on a connection that speaks plain HTTP'],
  [ErrorKind.BLANK_LINES, 400, 'blank-lines', 'too many empty lines before the request line'],
  [ErrorKind.BARE_CR, 400, 'bare-cr', 'a CR without an LF after it'],
  [ErrorKind.BARE_LF, 400, 'bare-lf', 'an LF without a CR before it'],
  [ErrorKind.BAD_METHOD, 400, 'bad-method', 'the method is not a token followed by one space'],
  [ErrorKind.METHOD_TOO_LONG, 501, 'method-too-long', 'the method is longer than any that exists'],
  [ErrorKind.BAD_TARGET, 400, 'bad-target', 'a byte that a request target must not contain'],
  [
    ErrorKind.BAD_TARGET_FORM,
    400,
    'bad-target-form',
    'the method does not allow this form of request target',
  ],
  [ErrorKind.BAD_PERCENT, 400, 'bad-percent', 'a % in the path without two hexadecimal digits'],
  [ErrorKind.BAD_PATH_BYTE, 400, 'bad-path-byte', 'a percent-encoded NUL in the path'],
  [ErrorKind.PATH_ABOVE_ROOT, 400, 'path-above-root', 'a .. segment leads above the root'],
  [ErrorKind.BAD_AUTHORITY, 400, 'bad-authority', 'the request target names no valid host and port'],
  [ErrorKind.UNSECURED_HTTPS, 421, 'unsecured-https', 'an https target on a connection without TLS'],
  [ErrorKind.TARGET_TOO_LONG, 414, 'target-too-long', 'the request line is longer than this server reads'],
  [ErrorKind.BAD_VERSION, 400, 'bad-version', 'the request line does not end in HTTP/ digit . digit CRLF'],
  [ErrorKind.VERSION_UNSUPPORTED, 505, 'version-unsupported', 'the major version of HTTP is not 1'],
  [ErrorKind.OBS_FOLD, 400, 'obs-fold', 'a field line that begins with white space'],
  [ErrorKind.EMPTY_FIELD_NAME, 400, 'empty-field-name', 'a field line that begins with a colon'],
  [ErrorKind.BAD_FIELD_NAME, 400, 'bad-field-name', 'a byte that a field name must not contain'],
  [ErrorKind.SPACE_BEFORE_COLON, 400, 'space-before-colon', 'white space between a field name and its colon'],
  [ErrorKind.MISSING_COLON, 400, 'missing-colon', 'a field line without a colon'],
  [ErrorKind.BAD_FIELD_VALUE, 400, 'bad-field-value', 'a control character in a field value'],
  [ErrorKind.TOO_MANY_FIELDS, 431, 'too-many-fields', 'more field lines than this server reads'],
  [ErrorKind.HEAD_TOO_LARGE, 431, 'head-too-large', 'the field section is longer than this server reads'],
  [ErrorKind.MISSING_HOST, 400, 'missing-host', 'an HTTP/1.1 request without a Host field'],
  [ErrorKind.REPEATED_HOST, 400, 'repeated-host', 'more than one Host field'],
  [ErrorKind.BAD_HOST, 400, 'bad-host', 'the Host field is not a host and an optional port'],
  [ErrorKind.BAD_CONTENT_LENGTH, 400, 'bad-content-length', 'Content-Length is not one plain decimal number'],
  [ErrorKind.REPEATED_CONTENT_LENGTH, 400, 'repeated-content-length', 'more than one Content-Length field'],
  [ErrorKind.CONTENT_LENGTH_TOO_LARGE, 400, 'content-length-too-large', 'Content-Length is above 2^53 - 1'],
  [ErrorKind.LENGTH_WITH_CODING, 400, 'length-with-coding', 'Content-Length beside Transfer-Encoding'],
  [ErrorKind.CODING_IN_1_0, 400, 'coding-in-1.0', 'Transfer-Encoding in an HTTP/1.0 request'],
  [
    ErrorKind.BAD_TRANSFER_ENCODING,
    400,
    'bad-transfer-encoding',
    'chunked is not the last coding, or not the only chunked',
  ],
  [ErrorKind.UNKNOWN_CODING, 501, 'unknown-coding', 'a transfer coding other than chunked'],
  [ErrorKind.BAD_CONNECTION, 400, 'bad-connection', 'the Connection field is not a list of tokens'],
  [ErrorKind.EXPECTATION_FAILED, 417, 'expectation-failed', 'an expectation other than 100-continue'],
  [ErrorKind.BODY_TOO_LARGE, 413, 'body-too-large', 'the body is larger than allowed here'],
  [ErrorKind.BAD_CHUNK_SIZE, 400, 'bad-chunk-size', 'a chunk size that is not a plain hexadecimal number'],
  [ErrorKind.BAD_CHUNK_EXTENSION, 400, 'bad-chunk-extension', 'a malformed chunk extension'],
  [
    ErrorKind.CHUNK_EXTENSIONS_TOO_LARGE,
    400,
    'chunk-extensions-too-large',
    'too many bytes of chunk extensions',
  ],
  [ErrorKind.BAD_CHUNK_END, 400, 'bad-chunk-end', 'chunk data without a CRLF after it'],
  [
    ErrorKind.FORBIDDEN_TRAILER,
    400,
    'forbidden-trailer',
    'a trailer field that frames or routes the message',
  ],
  [
    ErrorKind.TRAILERS_TOO_LARGE,
    431,
    'trailers-too-large',
    'the trailer section is longer than this server reads',
  ],
];

/** Why a request is refused. It is a value and never thrown. The server answers with it and closes the connection. */
export class RequestError {
  readonly kind: ErrorKind;
  /** Status code of the answer. */
  readonly status: number;
  /** Stable kebab-case name for logs and tests. */
  readonly code: string;
  /** What is wrong, in words. It contains no byte of the request. */
  readonly detail: string;
  /** Offset of the byte at fault, from the first byte of the head, or from the first byte of the body. */
  readonly at: number;

  constructor(kind: ErrorKind, at: number) {
    const row = ROWS[kind];
    this.kind = kind;
    this.status = row[1];
    this.code = row[2];
    this.detail = row[3];
    this.at = at;
  }
}

/** Where a reader notes what it refuses. One is made and used again and again: most requests have no fault. */
export class Fault {
  kind: ErrorKind = ErrorKind.BAD_TARGET;
  /** Index in the bytes that the reader got. */
  at = 0;

  /** Notes the fault. Returns false, so that a reader can return the result at once. */
  note(kind: ErrorKind, at: number): false {
    this.kind = kind;
    this.at = at;
    return false;
  }
}
