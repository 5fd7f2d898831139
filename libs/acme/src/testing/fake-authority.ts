import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fetch } from '../client/wire.ts';

const BASE = 'https://ca.test';

/** What an order of the fake authority goes through. */
export interface Plan {
  /** Replaces the answer to a request, by the last part of its path; returns null to leave it. */
  readonly answer?: (path: string, count: number) => Response | null;
  readonly days?: number;
  readonly now: () => number;
  /** The window that it suggests for renewal. */
  readonly window?: { start: number; end: number } | null;
}

/** A problem document as an authority sends it. */
export function problem(kind: string, status: number, headers: Record<string, string> = {}): Response {
  const type = `urn:ietf:params:acme:error:${kind}`;
  return Response.json({ type, detail: `no: ${kind}` }, { status, headers });
}

/** An authority in memory, with a real certificate of its own: it signs what is asked for, and looks at challenges at once. */
export class FakeAuthority {
  readonly asked: string[] = [];
  readonly payloads: Record<string, unknown>[] = [];
  private readonly plan: Plan;
  private readonly folder = mkdtempSync(join(tmpdir(), 'webserv-acme-ca-'));
  private nonce = 0;
  private chain = '';

  constructor(plan: Plan) {
    this.plan = plan;
    this.openssl(
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-days',
      '30',
      '-subj',
      '/CN=ca',
      '-keyout',
      'ca.key',
      '-out',
      'ca.pem',
    );
  }

  readonly directory = `${BASE}/directory`;

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  readonly fetch: Fetch = async (url, init) => {
    const path = url.slice(BASE.length + 1);
    this.asked.push(path.split('/')[0] ?? '');
    const count = this.asked.filter((each) => each === path.split('/')[0]).length;
    const payload = this.payload(init);
    this.payloads.push(payload);
    const answer = this.plan.answer?.(path, count) ?? this.usual(path, payload);
    answer.headers.set('replay-nonce', `nonce-${++this.nonce}`);
    return answer;
  };

  private payload(init: RequestInit): Record<string, unknown> {
    if (typeof init.body !== 'string') return {};
    const { payload } = JSON.parse(init.body) as { payload: string };
    return payload === ''
      ? {}
      : (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Record<string, unknown>);
  }

  private usual(path: string, payload: Record<string, unknown>): Response {
    const order = {
      status: this.chain === '' ? 'ready' : 'valid',
      authorizations: [`${BASE}/authorization`],
      finalize: `${BASE}/finalize`,
      certificate: `${BASE}/certificate`,
    };
    switch (path.split('/')[0]) {
      case 'directory': {
        const { window } = this.plan;
        const renewalInfo = window === undefined || window === null ? {} : { renewalInfo: `${BASE}/renewal` };
        return Response.json({
          newNonce: `${BASE}/nonce`,
          newAccount: `${BASE}/account`,
          newOrder: `${BASE}/new-order`,
          ...renewalInfo,
        });
      }
      case 'account':
        return Response.json({}, { status: 201, headers: { location: `${BASE}/account/1` } });
      case 'new-order':
        this.chain = '';
        return Response.json(
          { ...order, status: 'pending' },
          { status: 201, headers: { location: `${BASE}/order` } },
        );
      case 'authorization':
        return Response.json({
          status: 'valid',
          identifier: { type: 'dns', value: 'a.test' },
          challenges: [],
        });
      case 'order':
        return Response.json(order);
      case 'finalize':
        this.chain = this.signed(Buffer.from(String(payload['csr']), 'base64url'));
        return Response.json({ ...order, status: 'processing' });
      case 'certificate':
        return new Response(this.chain);
      case 'renewal':
        return Response.json(
          { suggestedWindow: { start: iso(this.plan.window?.start), end: iso(this.plan.window?.end) } },
          { headers: { 'retry-after': '7200' } },
        );
      default:
        return new Response('');
    }
  }

  private signed(request: Buffer): string {
    writeFileSync(join(this.folder, 'request.der'), request);
    writeFileSync(join(this.folder, 'empty.txt'), '');
    this.openssl('req', '-inform', 'DER', '-in', 'request.der', '-out', 'request.pem');
    writeFileSync(join(this.folder, 'index.txt'), '');
    writeFileSync(
      join(this.folder, 'ca.conf'),
      '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nrand_serial=yes\nnew_certs_dir=.\ncertificate=ca.pem\nprivate_key=ca.key\ndefault_md=sha256\npolicy=p\ncopy_extensions=copy\nx509_extensions=x\nunique_subject=no\n[p]\ncommonName=optional\n[x]\nauthorityKeyIdentifier=keyid\n',
    );
    const from = this.plan.now();
    const to = from + (this.plan.days ?? 90) * 86_400_000;
    this.openssl(
      'ca',
      '-batch',
      '-notext',
      '-config',
      'ca.conf',
      '-in',
      'request.pem',
      '-out',
      'leaf.pem',
      '-startdate',
      asn1(from),
      '-enddate',
      asn1(to),
    );
    return (
      readFileSync(join(this.folder, 'leaf.pem'), 'utf8') + readFileSync(join(this.folder, 'ca.pem'), 'utf8')
    );
  }

  private openssl(...words: string[]): void {
    execFileSync('openssl', words, { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
  }
}

function iso(ms: number | undefined): string {
  return new Date(ms ?? 0).toISOString();
}

function asn1(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:T]|[.]\d+/g, '');
}
