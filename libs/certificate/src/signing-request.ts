import type { KeyObject } from 'node:crypto';
import { bitString, contextTag, element, integer, objectIdentifier, sequence, Tag } from './der/write.ts';
import { subjectAltName } from './extension.ts';
import { publicKeyInfo, SIGNATURE_ALGORITHM, signature } from './key.ts';
import { checkNames, distinguishedName } from './subject.ts';

const EXTENSION_REQUEST = '1.2.840.113549.1.9.14';

/**
 * Makes a request for a certificate (PKCS #10, RFC 2986), in DER.
 * @param key of P-256, private
 * @param names as in `SelfSignedOptions`
 * @throws Error if a name cannot stand in a certificate
 */
export function signingRequest(key: KeyObject, names: readonly string[]): Buffer {
  checkNames(names);
  const [first = ''] = names;
  const extensions = sequence(subjectAltName(names));
  const attribute = sequence(objectIdentifier(EXTENSION_REQUEST), element(Tag.SET, extensions));
  const body = sequence(
    integer(Buffer.from([0])),
    distinguishedName(first),
    publicKeyInfo(key),
    element(contextTag(0, true), attribute),
  );
  return sequence(body, SIGNATURE_ALGORITHM, bitString(signature(key, body)));
}
