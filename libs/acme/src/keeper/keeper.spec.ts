import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Lock } from '../store/lock.ts';
import { Store } from '../store/store.ts';
import { FakeAuthority, type Plan, problem } from '../testing/fake-authority.ts';
import type { Job, Report } from './job.ts';
import { Keeper } from './keeper.ts';

const START = Date.parse('2027-01-01T00:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

let now = START;
let folder = '';
let authority: FakeAuthority;
let reports: Report[] = [];
let end: AbortController;

beforeEach(() => {
  now = START;
  reports = [];
  end = new AbortController();
  folder = mkdtempSync(join(tmpdir(), 'webserv-acme-'));
});

afterEach(() => {
  end.abort();
  authority.dispose();
  rmSync(folder, { recursive: true, force: true });
});

function keeper(plan: Omit<Plan, 'now'> = {}, job: Partial<Job> = {}): Keeper {
  authority = new FakeAuthority({ ...plan, now: () => now });
  return again(job);
}

/** One that starts anew: it knows what the store keeps. */
function again(job: Partial<Job> = {}): Keeper {
  const clock = {
    now: () => now,
    sleep: async (ms: number) => {
      now += ms;
    },
  };
  const whole: Job = {
    email: 'me@a.test',
    directory: authority.directory,
    store: folder,
    certificates: [
      { name: 'a.test', names: ['a.test', 'www.a.test'], challenges: ['http-01', 'tls-alpn-01'] },
    ],
    ...job,
  };
  const store = new Store(folder);
  const { fetch } = authority;
  return new Keeper(
    whole,
    { store, fetch, clock, chance: () => 0.5, report: (each) => reports.push(each) },
    end.signal,
  );
}

/** Works until a time, as `run` does, without its cap on one sleep. */
async function until(time: number, keeper: Keeper): Promise<void> {
  for (let next = await keeper.round(); next <= time; next = await keeper.round()) now = Math.max(now, next);
  now = time;
}

const kept = () => new Store(folder).certificate('a.test') ?? '';

describe('Keeper', () => {
  it('gets a certificate for all names, with its key, for its account alone to read', async () => {
    await until(START + HOUR, keeper());
    const text = kept();
    const certificate = new X509Certificate(text);
    expect(certificate.checkHost('www.a.test')).toBe('www.a.test');
    expect(certificate.checkPrivateKey(createPrivateKey(text))).toBe(true);
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(statSync(join(folder, 'certificates/a.test.pem')).mode & 0o777).toBe(0o600);
    expect(reports).toEqual([{ event: 'issued', name: 'a.test', notAfter: START + 90 * DAY }]);
    expect(readdirSync(folder).sort()).toEqual(['accounts', 'certificates', 'challenges']);
  });

  it('asks nothing at start for what is still good', async () => {
    await until(START + HOUR, keeper());
    const before = authority.asked.length;
    await until(now + HOUR, again());
    expect(authority.asked.length).toBe(before);
  });

  it('renews when a third of its life is left, and keeps the account', async () => {
    await until(START + 59 * DAY, keeper());
    expect(reports).toHaveLength(1);
    await until(START + 61 * DAY, again());
    expect(reports).toHaveLength(2);
    expect(authority.asked.filter((each) => each === 'account')).toHaveLength(1);
  });

  it('renews a certificate of a week after half of its life', async () => {
    await until(START + 3.4 * DAY, keeper({ days: 7 }));
    expect(reports).toHaveLength(1);
    await until(START + 3.6 * DAY, again());
    expect(reports).toHaveLength(2);
  });

  it('renews in the window that the authority suggests, and says what it replaces', async () => {
    const window = { start: START + 10 * DAY, end: START + 12 * DAY };
    await until(START + 10.9 * DAY, keeper({ window }));
    expect(reports).toHaveLength(1);
    await until(START + 11.1 * DAY, again());
    expect(reports).toHaveLength(2);
    const orders = authority.payloads.filter((payload) => 'identifiers' in payload);
    expect(orders.map((order) => typeof order['replaces'])).toEqual(['undefined', 'string']);
  });

  it('asks for the window as often as the authority says', async () => {
    const window = { start: START + 50 * DAY, end: START + 52 * DAY };
    await until(START + 7 * HOUR, keeper({ window }));
    const first = authority.asked.filter((each) => each === 'renewal').length;
    await until(START + 9 * HOUR, again());
    expect(authority.asked.filter((each) => each === 'renewal').length).toBe(first + 1);
  });

  it('gets one for other names when the config changes', async () => {
    await until(START + 2 * HOUR, keeper());
    const certificates = [
      { name: 'a.test', names: ['a.test', 'new.a.test'], challenges: ['http-01'] as const },
    ];
    await until(now + HOUR, again({ certificates }));
    expect(new X509Certificate(kept()).checkHost('new.a.test')).toBe('new.a.test');
  });

  it('waits longer behind each failure, a restart between them', async () => {
    const plan = { answer: (path: string) => (path === 'new-order' ? problem('serverInternal', 500) : null) };
    let one = keeper(plan);
    const waits: number[] = [];
    for (let turn = 0; turn < 7; turn++) {
      const next = await one.round();
      waits.push((next - now) / MINUTE);
      expect(await one.round()).toBe(next);
      now = next;
      one = again();
    }
    expect(waits).toEqual([1.125, 5.625, 33.75, 135, 405, 1620, 1620]);
    expect(reports[0]).toMatchObject({
      event: 'failed',
      reason: expect.stringContaining('no: serverInternal'),
    });
  });

  it('waits as long as the authority asks for', async () => {
    const limited = () => problem('rateLimited', 429, { 'retry-after': '86400' });
    const one = keeper({ answer: (path) => (path === 'new-order' ? limited() : null) });
    expect((await one.round()) - now).toBe(DAY);
  });

  it('keeps the certificate that it has when renewal fails', async () => {
    let fails = false;
    await until(
      START + DAY,
      keeper({ answer: (path) => (fails && path === 'new-order' ? problem('serverInternal', 500) : null) }),
    );
    const before = kept();
    fails = true;
    await until(START + 70 * DAY, again());
    expect(kept()).toBe(before);
    fails = false;
    await until(START + 75 * DAY, again());
    expect(kept()).not.toBe(before);
  });

  it('sends a request again whose nonce was refused', async () => {
    await until(
      START + HOUR,
      keeper({ answer: (path, count) => (path === 'order' && count < 3 ? problem('badNonce', 400) : null) }),
    );
    expect(reports).toMatchObject([{ event: 'issued' }]);
  });

  it('makes its account anew where the authority has forgotten it', async () => {
    await until(START + 2 * HOUR, keeper());
    const first = (path: string) => authority.asked.filter((each) => each === path).length;
    expect(first('account')).toBe(1);
    authority.dispose();
    await until(
      START + 80 * DAY,
      keeper({
        answer: (path, count) =>
          path === 'new-order' && count === 1 ? problem('accountDoesNotExist', 400) : null,
      }),
    );
    expect(first('account')).toBe(1);
    expect(reports.map(({ event }) => event)).toEqual(['issued', 'issued']);
  });

  it('does nothing where another process has the lock, and looks again soon', async () => {
    const one = keeper();
    const lock = new Lock(folder);
    expect(lock.take()).toBe(true);
    expect((await one.round()) - now).toBe(15_000);
    expect(authority.asked).toEqual([]);
    lock.release();
    await one.round();
    expect(reports).toHaveLength(1);
  });

  it('does not ask again at once for a certificate that comes too old', async () => {
    await until(START + 50 * MINUTE, keeper({ days: -1 }));
    expect(authority.asked.filter((each) => each === 'new-order')).toHaveLength(1);
  });

  it.each([
    [
      'a directory without addresses',
      (path: string) => (path === 'directory' ? Response.json({}) : null),
      'no address "newNonce"',
    ],
    ['what is no JSON', (path: string) => (path === 'directory' ? new Response('<html>') : null), 'no JSON'],
    [
      'an order without a place',
      (path: string) => (path === 'new-order' ? Response.json({ finalize: 'x' }) : null),
      'no Location',
    ],
    [
      'a certificate that is none',
      (path: string) => (path === 'certificate' ? new Response('hello') : null),
      '',
    ],
    [
      'an order that fails',
      (path: string) =>
        path === 'order'
          ? Response.json({ status: 'invalid', finalize: 'x', error: { detail: 'CAA forbids' } })
          : null,
      'CAA forbids',
    ],
    [
      'an answer without end',
      (path: string) => (path === 'certificate' ? new Response('x'.repeat(2 << 20)) : null),
      'larger than',
    ],
    [
      'a challenge that it does not offer',
      (path: string) =>
        path === 'authorization'
          ? Response.json({
              status: 'pending',
              identifier: { value: 'a.test' },
              challenges: [{ type: 'dns-01' }],
            })
          : null,
      'offers no http-01',
    ],
    [
      'a token that is a path',
      (path: string) =>
        path === 'authorization'
          ? Response.json({
              status: 'pending',
              identifier: { value: 'a.test' },
              challenges: [{ type: 'http-01', token: '../../x' }],
            })
          : null,
      'token',
    ],
  ])('reports %s, and goes on', async (_, answer, reason) => {
    await keeper({ answer }).round();
    expect(reports).toEqual([
      {
        event: 'failed',
        name: 'a.test',
        reason: expect.stringContaining(reason),
        nextAt: expect.any(Number),
      },
    ]);
  });
});
