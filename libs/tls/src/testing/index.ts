export { type CertificateWish, type MadeCertificate, makeCertificate } from './made-certificate.ts';
export { TlsClient, type TlsClientWish } from './tls-client.ts';
