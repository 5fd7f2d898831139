export { type Issued, readIssued } from './issued.ts';
export { keyPem, newKey } from './key.ts';
export { challengeCertificate, type SelfSigned, type SelfSignedOptions, selfSigned } from './self-signed.ts';
export { signingRequest } from './signing-request.ts';
