import { ratioCell, rowsOf, type Summary } from '../compare.ts';
import type { Findings } from './findings.ts';
import { middle } from './parts.ts';
import { paired } from './statistics.ts';
import { figure, markdown } from './table.ts';

const NGINX = 'nginx';

/** The part of the page about TLS; '' if the run has not measured it. */
export function secure({ secure: small, secureLarge, secureIdle }: Findings): string {
  if (small.length === 0) return '';
  const large =
    secureLarge.length === 0
      ? ''
      : `\n\n### A file of 100 MiB over TLS\n\n${markdown(rowsOf(secureLarge, 2 ** 20))}`;
  const idle = secureIdle.map(({ peer, connections, kib, errors }) => [
    peer,
    connections.toLocaleString('en'),
    figure(kib),
    String(errors),
  ]);
  const held =
    idle.length === 0
      ? ''
      : `\n\n### Idle connections over TLS\n\n${markdown([['server', 'connections', 'resident KiB each', 'errors'], ...idle])}`;
  return `## TLS

The small page over HTTPS/1.1 with TLS 1.3, AES-256-GCM, and a certificate of ECDSA on P-256; h2o chooses its cipher itself.
A handshake carries one request, and agrees keys by X25519, which all servers have. A resumed one uses the ticket of the connection before.

${markdown(loads(small))}${large}${held}`;
}

/** The part of the page about HTTP/2. */
export function http2(summaries: readonly Summary[]): string {
  if (summaries.length === 0) return '';
  return `## HTTP/2

The small page over TLS, 64 connections of h2load, each with so many requests under way at once.

${markdown(loads(summaries))}`;
}

/** Loads of several kinds, each beside the one of nginx. */
function loads(summaries: readonly Summary[]): string[][] {
  const rows = summaries.map((one) => {
    const [, kind = ''] = one.peer.split(', ', 2);
    const theirs = summaries.find(({ peer }) => peer === `${NGINX}, ${kind}`);
    const ratio =
      theirs === undefined || theirs === one ? '' : ratioCell(paired(one.series.cpu, theirs.series.cpu));
    return [one.peer, ...middle(one.figures.cpu), figure(one.figures.rate.median), String(one.voids), ratio];
  });
  return [['load', 'CPU us', '±%', 'a second', 'void', '/ nginx'], ...rows];
}
