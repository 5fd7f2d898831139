import { readIssued, selfSigned } from '@webserv/certificate';
import { Store } from './store.ts';

/** A certificate that stands for the one that an authority has not issued yet lives for this long. */
const DAYS = 90;

/**
 * Makes the store usable before any authority was asked: a certificate that is missing, or covers other names, is one that
 * signs itself, so that listeners can start.
 * @throws the error of the file system
 */
export function seedStore(
  folder: string,
  certificates: readonly { readonly name: string; readonly names: readonly string[] }[],
  now: number,
): void {
  const store = new Store(folder);
  for (const { name, names } of certificates) {
    const kept = store.certificate(name);
    if (kept !== null && isUsable(kept, names, now)) continue;
    const { certificate, key } = selfSigned({ names, now, days: DAYS });
    store.keepCertificate(name, key, certificate);
  }
}

/** An old certificate of an authority for these names is better than a new one of nobody's. */
function isUsable(text: string, names: readonly string[], now: number): boolean {
  try {
    const issued = readIssued(text);
    const covers = names.every((name) => issued.names.includes(name.toLowerCase()));
    return covers && (!issued.selfSigned || issued.notAfter > now);
  } catch {
    return false;
  }
}
