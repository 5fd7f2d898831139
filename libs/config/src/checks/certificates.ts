// Checks what lies in the files of certificates: whether they can serve, and whom.

import type { Built, Draft } from '../build/draft.ts';
import type { Setting } from '../build/level.ts';
import { type Problems, quoted } from '../diagnostics/diagnostic.ts';
import type { CertificateFacts } from '../disk/certificate-facts.ts';
import type { Disk } from '../disk/disk.ts';
import type { Server } from '../model/types.ts';
import { wordSpan } from '../syntax/directive.ts';

/** Authorities renew a month before the end, or a third of the time; two weeks before it something has gone wrong. */
const FEW_DAYS = 14;

export function checkCertificates(draft: Draft, disk: Disk, problems: Problems): void {
  for (const server of draft.servers) {
    if (server.value.listens.some(({ tls }) => tls)) checkServer(server, disk, problems);
  }
}

function checkServer({ value, level }: Built<Server>, disk: Disk, problems: Problems): void {
  const good: CertificateFacts[] = [];
  for (const { directive } of level.all('certificate')) {
    const files = value.tls.certificates[good.length];
    if (files === undefined) return;
    const facts = disk.certificate(files.chain, files.key);
    if (facts === null) return;
    for (const { part, message, expected } of facts.faults) {
      problems.error('bad-certificate', wordSpan(directive, part === 'chain' ? 0 : 1), message, { expected });
    }
    good.push(facts);
    if (facts.faults.length > 0) continue;
    const time = timeOf(facts);
    if (time !== null) {
      problems.warn('certificate-time', wordSpan(directive, 0), time, {
        expected: 'a certificate that is valid now, and for some weeks',
      });
    }
  }
  // The one of acme is for all names, once it is there.
  if (value.acme !== null || good.some(({ faults }) => faults.length > 0)) return;
  names(level.all('server_name'), good, problems);
}

function timeOf({ daysSinceStart, daysLeft }: CertificateFacts): string | null {
  if (daysSinceStart < 0) return `this certificate is not valid yet: it begins in ${days(-daysSinceStart)}`;
  if (daysLeft < 0) return `this certificate has expired, ${days(-daysLeft)} ago`;
  if (daysLeft < FEW_DAYS) return `this certificate expires in ${days(daysLeft)}`;
  return null;
}

function days(count: number): string {
  const whole = Math.floor(count);
  return whole === 0 ? 'less than a day' : whole === 1 ? 'a day' : `${whole} days`;
}

function names(
  settings: readonly Setting[],
  certificates: readonly CertificateFacts[],
  problems: Problems,
): void {
  const covered = certificates.flatMap((each) => each.names);
  for (const { directive } of settings) {
    directive.args.forEach(({ text }, index) => {
      if (covered.some((name) => covers(name.toLowerCase(), text.toLowerCase()))) return;
      const message = `no certificate of this server is for ${quoted(text)}: clients will refuse it`;
      problems.warn('name-not-covered', wordSpan(directive, index), message, {
        expected: covered.length === 0 ? 'a certificate with names' : `one of ${covered.join(', ')}`,
      });
    });
  }
}

/** `*` stands for one whole label (RFC 9525, section 6.3). */
function covers(certified: string, name: string): boolean {
  if (certified === name) return true;
  return (
    certified.startsWith('*.') &&
    !name.startsWith('*.') &&
    certified.slice(1) === name.slice(name.indexOf('.'))
  );
}
