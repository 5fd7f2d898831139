export { type OpenSsl, openSsl, PLACES } from './ffi/openssl/probe.ts';
