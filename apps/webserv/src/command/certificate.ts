import { existsSync, writeFileSync } from 'node:fs';
import { selfSigned } from '@webserv/certificate';

/** Browsers take none that is valid for longer (CA/Browser Forum, ballot SC-081). */
const DAYS = 90;

/** Writes a certificate that nobody vouches for, with its key, into the working directory. Files that exist stay. */
export function makeCertificate(names: readonly string[]): void {
  const stem = (names[0] ?? '').replace(/^\*/, '_').replaceAll(':', '_');
  try {
    const { certificate, key } = selfSigned({ names, now: Date.now(), days: DAYS });
    if (existsSync(`${stem}.pem`)) throw new Error(`${stem}.pem exists already: remove it first`);
    writeFileSync(`${stem}.key`, key, { mode: 0o600, flag: 'wx' });
    writeFileSync(`${stem}.pem`, certificate, { flag: 'wx' });
    process.stdout.write(`certificate ${stem}.pem ${stem}.key;\n`);
  } catch (error) {
    process.stderr.write(`webserv: ${(error as Error).message}\n`);
    process.exitCode = 1;
  }
}
