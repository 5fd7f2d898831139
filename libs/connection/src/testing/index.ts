export { makeCertificate, TlsClient, type TlsClientWish } from '@webserv/tls/testing';
export { type EditionHarness, editionContract } from '../edition.contract.ts';
export { Transaction } from '../transaction/transaction.ts';
export { type ClientStream, Http2Client } from './http2-client.ts';
