/*
 * Numbers of OpenSSL's headers (ssl.h, tls1.h, bio.h), for functions that are macros there and for their arguments. They are
 * part of its binary interface and do not change within version 3.
 */

/** Commands of SSL_CTX_ctrl and SSL_ctrl. */
export const CTRL = {
  MODE: 33,
  SET_SESS_CACHE_MODE: 44,
  CHAIN_CERT: 89,
  SET_GROUPS_LIST: 92,
  GET_PEER_TMP_KEY: 109,
  SET_MIN_PROTO_VERSION: 123,
  SET_MAX_PROTO_VERSION: 124,
  GET_NEGOTIATED_GROUP: 134,
} as const;

/** NID_X25519: a kind of key (obj_mac.h). */
export const X25519 = 1034;

/** Commands of BIO_ctrl. */
export const BIO = { RESET: 1, SET_MEM_EOF_RETURN: 130 } as const;

export const OPTION = {
  NO_COMPRESSION: 0x20000,
  NO_TICKET: 0x4000,
  NO_RENEGOTIATION: 0x40000000,
} as const;

/** SSL_MODE_RELEASE_BUFFERS: a session that has nothing under way holds no buffers. */
export const MODE_RELEASE_BUFFERS = 0x10;

export const VERSIONS = { 'TLSv1.2': 0x0303, 'TLSv1.3': 0x0304 } as const;

export const VERIFY = { NONE: 0, PEER: 1, FAIL_IF_NO_PEER_CERT: 2 } as const;

/** Results of SSL_get_error that are no failures. */
export const ERROR = { WANT_READ: 2, ZERO_RETURN: 6 } as const;

/** Types of extensions (RFC 6066, section 3; RFC 7301, section 3.1). */
export const EXTENSION = { SERVER_NAME: 0, ALPN: 16 } as const;

/** What the callbacks return. */
export const HELLO = { ERROR: 0, GO_ON: 1 } as const;
export const ALPN = { SELECTED: 0, ALERT_FATAL: 2, NOT_ANSWERED: 3 } as const;
export const TICKET = { ERROR: -1, NOT_MINE: 0, GOOD: 1, GOOD_AND_RENEW: 2 } as const;
