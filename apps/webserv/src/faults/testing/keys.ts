import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MemoryEntry } from '@webserv/config';
import { makeCertificate } from '@webserv/connection/testing';

/** Where the files of a certificate lie. The server reads them from the real disk, before a run begins. */
interface KeyFiles {
  readonly chain: string;
  readonly key: string;
  /** The same for the disk of a config. */
  readonly entries: Readonly<Record<string, MemoryEntry>>;
}

let folder: string | null = null;
let made: KeyFiles | null = null;

/**
 * The certificate of all runs. It has an RSA key: a signature of ECDSA has 70 to 72 bytes as it happens, so that the same seed
 * would not be the same run.
 */
export function keyFiles(): KeyFiles {
  if (made !== null) return made;
  folder = mkdtempSync(join(tmpdir(), 'webserv-faults-'));
  const { certificate, key } = makeCertificate({ name: 'one', names: ['one', 'two'], kind: 'rsa' });
  const chain = join(folder, 'chain.pem');
  const keyFile = join(folder, 'key.pem');
  writeFileSync(chain, certificate);
  writeFileSync(keyFile, key, { mode: 0o600 });
  made = {
    chain,
    key: keyFile,
    entries: { [chain]: { text: certificate }, [keyFile]: { text: key, mode: 'r' } },
  };
  return made;
}

export function removeKeyFiles(): void {
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
  folder = null;
  made = null;
}
