import { createPrivateKey, X509Certificate } from 'node:crypto';
import { chownSync, existsSync, mkdirSync } from 'node:fs';
import { readIssued, selfSigned } from '@webserv/certificate';
import type { Wanted } from '../keeper/job.ts';
import { Store } from './store.ts';

/** A certificate that stands for the one that an authority has not issued yet lives for this long. */
const DAYS = 90;
const ROOT = 0;

/** The account that the server will run as. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Makes the store usable before any authority was asked: a certificate that is missing, or covers other names, is one that
 * signs itself, so that listeners can start.
 * @param owner who shall own all of it; null for the account of the process
 * @throws the error of the file system
 */
export function seedStore(
  folder: string,
  certificates: readonly Wanted[],
  now: number,
  owner: Owner | null = null,
): void {
  if (owner === null || process.geteuid?.() !== ROOT) seed(folder, certificates, now);
  else asOwner(folder, owner, () => seed(folder, certificates, now));
}

/**
 * Does it with the rights of the owner alone: in a folder of another account, links that this account has made could lead
 * root anywhere.
 */
function asOwner(folder: string, { uid, gid }: Owner, work: () => void): void {
  if (!existsSync(folder)) {
    mkdirSync(folder, { mode: 0o700 });
    chownSync(folder, uid, gid);
  }
  const group = process.getegid?.() ?? gid;
  process.setegid?.(gid);
  process.seteuid?.(uid);
  try {
    work();
  } finally {
    process.seteuid?.(ROOT);
    process.setegid?.(group);
  }
}

function seed(folder: string, certificates: readonly Wanted[], now: number): void {
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
    const fits = new X509Certificate(text).checkPrivateKey(createPrivateKey(text));
    return covers && fits && (!issued.selfSigned || issued.notAfter > now);
  } catch {
    return false;
  }
}
