import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of a store, each behind the one that holds it. */
export const FOLDERS = [
  '',
  'accounts',
  'certificates',
  'challenges',
  'challenges/http',
  'challenges/alpn',
] as const;
const PRIVATE_FOLDER = 0o700;
const PRIVATE_FILE = 0o600;

/** An account at an authority, as it is kept. */
interface KeptAccount {
  /** PEM. */
  readonly key: string;
  /** Its address; null before the authority has given one. */
  readonly url: string | null;
}

/** What must be remembered of a certificate from one look to the next, a restart between them. Milliseconds since 1970. */
export interface Progress {
  /** Attempts that failed, one behind the other. */
  readonly failures: number;
  /** No attempt before this. */
  readonly notBefore: number;
  /** When the authority is next asked for the time of renewal. */
  readonly askAt: number;
  /** The time of renewal that was chosen in the authority's window; 0 where it named none. */
  readonly renewAt: number;
  /** Of the certificate that `renewAt` and `askAt` are for. */
  readonly renewalId: string;
}

export const NO_PROGRESS: Progress = { failures: 0, notBefore: 0, askAt: 0, renewAt: 0, renewalId: '' };

/**
 * A folder with accounts, certificates and what is shown to an authority. Every file is written whole: it appears under its
 * name by a rename. Several machines may share the folder.
 *
 * - `accounts/HOST.json`
 * - `certificates/NAME.pem`: the private key, then the chain; `certificates/NAME.json`: `Progress`
 * - `challenges/http/TOKEN`, `challenges/alpn/NAME.pem`
 */
export class Store {
  readonly folder: string;
  private written = 0;

  /** Makes the folders that are missing. @throws the error of the file system */
  constructor(folder: string) {
    this.folder = folder;
    for (const name of FOLDERS) mkdirSync(join(folder, name), { recursive: true, mode: PRIVATE_FOLDER });
  }

  account(directory: string): KeptAccount | null {
    const text = this.read(accountFile(directory));
    const { key, url } = Object(parsed(text)) as Record<string, unknown>;
    return typeof key === 'string' ? { key, url: typeof url === 'string' ? url : null } : null;
  }

  keepAccount(directory: string, account: KeptAccount): void {
    this.write(accountFile(directory), `${JSON.stringify(account)}\n`);
  }

  /** Key and chain as PEM; null where there is none. */
  certificate(name: string): string | null {
    return this.read(certificateFile(name));
  }

  keepCertificate(name: string, key: string, chain: string): void {
    this.write(certificateFile(name), key + chain);
  }

  progress(name: string): Progress {
    const kept = Object(parsed(this.read(progressFile(name)))) as Partial<Record<keyof Progress, unknown>>;
    const number = (value: unknown): number => (typeof value === 'number' && value >= 0 ? value : 0);
    return {
      failures: number(kept.failures),
      notBefore: number(kept.notBefore),
      askAt: number(kept.askAt),
      renewAt: number(kept.renewAt),
      renewalId: typeof kept.renewalId === 'string' ? kept.renewalId : '',
    };
  }

  keepProgress(name: string, progress: Progress): void {
    this.write(progressFile(name), `${JSON.stringify(progress)}\n`);
  }

  show(challenge: string, text: string): void {
    this.write(join('challenges', challenge), text);
  }

  hide(challenge: string): void {
    rmSync(join(this.folder, 'challenges', challenge), { force: true });
  }

  private read(path: string): string | null {
    try {
      return readFileSync(join(this.folder, path), 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  private write(path: string, text: string): void {
    const whole = join(this.folder, path);
    const draft = `${whole}.${process.pid}-${++this.written}`;
    try {
      writeFileSync(draft, text, { mode: PRIVATE_FILE, flag: 'wx', flush: true });
      chmodSync(draft, PRIVATE_FILE);
      renameSync(draft, whole);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  }
}

/** The name of the file that a certificate is kept in, from the folder of the store. */
export function certificateFile(name: string): string {
  return join('certificates', `${fileName(name)}.pem`);
}

function progressFile(name: string): string {
  return join('certificates', `${fileName(name)}.json`);
}

function accountFile(directory: string): string {
  return join('accounts', `${fileName(directory.replace(/^https?:\/\//, ''))}.json`);
}

/** @throws Error if nothing is left of the name */
function fileName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9.-]+/g, '_')
    .replace(/^\.+/, '');
  if (plain === '') throw new Error(`"${name}" cannot name a file`);
  return plain;
}

/** A file that somebody has damaged counts as one that is not there. */
function parsed(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
