import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { selfSigned } from '@webserv/certificate';

/** A certificate with its key, both as PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

const made = new Map<string, Pair>();

/** A certificate for these hosts that nobody vouches for, made once a process. None is kept. */
export function pairFor(...names: string[]): Pair {
  const known = made.get(names.join());
  if (known !== undefined) return known;
  const pair = selfSigned({ names, now: Date.now(), days: 90 });
  made.set(names.join(), pair);
  return pair;
}

/** The same, made anew each time. */
export function newPair(...names: string[]): Pair {
  return selfSigned({ names, now: Date.now(), days: 90 });
}

/** A certificate that nobody but itself vouches for, of a kind of key: one for clients, and one that openssl has made. */
export function opensslPair(name: string, key: 'ec' | 'rsa' = 'ec'): Pair {
  const folder = mkdtempSync(join(tmpdir(), 'webserv-certificate-'));
  const kind = key === 'ec' ? ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256'] : ['rsa:2048'];
  const words = ['req', '-x509', '-newkey', ...kind, '-nodes', '-days', '90', '-subj', `/CN=${name}`];
  try {
    execFileSync(
      'openssl',
      [...words, '-addext', `subjectAltName=DNS:${name}`, '-keyout', 'k', '-out', 'c'],
      {
        cwd: folder,
        stdio: 'ignore',
      },
    );
    return {
      certificate: readFileSync(join(folder, 'c'), 'latin1'),
      key: readFileSync(join(folder, 'k'), 'latin1'),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
