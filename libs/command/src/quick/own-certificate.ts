import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { selfSigned } from '@webserv/certificate';
import { onDisk } from '../command-error.ts';
import { isAddress } from '../table/address-word.ts';

/** Browsers take none that is valid for longer (CA/Browser Forum, ballot SC-081). */
const DAYS = 90;
/** A certificate that ends earlier than this is replaced. */
const LEFT_MS = 7 * 86_400_000;

/**
 * Returns the path of a file with a self-signed certificate for these names, and its key. The file is kept: a
 * browser that trusts it once trusts it the next time. A new one replaces it when it ends, or when a name is missing.
 * @throws CommandError if it cannot be stored
 */
export function ownCertificate(
  names: readonly string[],
  now: number,
  env: NodeJS.ProcessEnv = process.env,
): string {
  const { XDG_STATE_HOME: state = '' } = env;
  const folder = join(state === '' ? resolve(homedir(), '.local/state') : resolve(state), 'webserv');
  const file = join(folder, 'self-signed.pem');
  if (serves(file, names, now)) return file;
  const { certificate, key } = selfSigned({ names, now, days: DAYS });
  onDisk('the certificate for --tls cannot be stored', () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Certificate and key change together, also for a server that reads them at this moment.
    const fresh = `${file}.${process.pid}`;
    writeFileSync(fresh, `${certificate}${key}`, { mode: 0o600 });
    renameSync(fresh, file);
  });
  return file;
}

function serves(file: string, names: readonly string[], now: number): boolean {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(readFileSync(file));
  } catch {
    return false;
  }
  const { validFrom, validTo } = certificate;
  if (Date.parse(validFrom) > now || Date.parse(validTo) - now < LEFT_MS) return false;
  return names.every((name) => {
    return (isAddress(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
  });
}
