export type { Certificate } from './certificates.ts';
export type { ClientHello } from './client-hello.ts';
export { TicketKeys } from './ticket-keys.ts';
export { type ClientCertificates, TlsContext, type TlsOptions, type TlsVersion } from './tls-context.ts';
export { TlsError, type TlsPart } from './tls-error.ts';
export type { ClientCertificate, TlsFacts } from './tls-facts.ts';
export { type ContextSource, RECORD_MAX, sealedLength, TlsSession } from './tls-session.ts';
