import { readdirSync } from 'node:fs';
import type { Reply } from '@webserv/response';
import type { Intake } from '../intake.ts';
import { Fixture } from '../testing/fixture.ts';
import { SlowWriter } from '../testing/slow-writer.ts';
import { Ledger } from './ledger.ts';

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.location('/post', { methods: ['POST'], uploadPath: site.uploads });
});

afterEach(() => {
  expect([site.ledger.uploads, site.ledger.bytes]).toEqual([0, 0]);
  site.close();
});

const FORM = 'Content-Type: multipart/form-data; boundary=X\r\n';

function form(...bodies: string[]): string {
  const parts = bodies.map(
    (body, index) =>
      `--X\r\nContent-Disposition: form-data; name="f"; filename="f${index}"\r\n\r\n${body}\r\n`,
  );
  return `${parts.join('')}--X--\r\n`;
}

interface Opened {
  readonly intake: Intake;
  status: number;
}

/** An upload under way, `size` bytes of which have come. */
function opened(target: string, size = 100_000, remote = 'A'): Opened {
  const intake = site.dispatch('POST', target, '', remote) as Intake;
  const upload: Opened = { intake, status: 0 };
  const reply = (answer: Reply): void => {
    upload.status = answer.status;
    answer.release();
  };
  intake.open({ reply, resume: () => {} });
  if (size > 0) intake.take(Buffer.alloc(size), 0, size);
  return upload;
}

let now = 0;

function ledgerOf(uploads: number, share = 100): Ledger {
  return new Ledger(uploads, 1 << 30, { share, now: () => now });
}

describe('uploads at once', () => {
  it.each([
    ['one under the bound', 1, 201],
    ['at the bound', 2, 503],
  ])('%s', async (_name, under, status) => {
    site.ledger = ledgerOf(2);
    const busy = Array.from({ length: under }, (_, index) => opened(`/post/${index}`));
    const answer = await site.send('POST', '/post/more', '', 'x');
    expect(answer.status).toBe(status);
    expect(answer.header('Retry-After')).toBe(status === 503 ? '1' : undefined);
    if (status === 503) expect(site.cause?.place).toBe('max_uploads');
    for (const { intake } of busy) intake.abort();
    expect((await site.send('POST', '/post/later', '', 'x')).status).toBe(201);
  });

  it('a form is one upload, whatever it holds', async () => {
    site.ledger = ledgerOf(1);
    expect((await site.send('POST', '/post/', FORM, form('a', 'b', 'c'))).status).toBe(201);
    const busy = opened('/post/busy');
    const answer = await site.send('POST', '/post/more', FORM, form('a'));
    expect([answer.status, site.cause?.place]).toEqual([503, 'max_uploads']);
    busy.intake.abort();
  });

  it('a head alone is none, and makes no file', async () => {
    site.ledger = ledgerOf(1);
    const heads = Array.from({ length: 256 }, (_, index) => opened(`/post/${index}`, 0));
    expect([site.ledger.uploads, readdirSync(site.uploads)]).toEqual([0, []]);
    expect((await site.send('POST', '/post/more', '', 'x')).status).toBe(201);
    for (const { intake } of heads) intake.abort();
  });

  it.each([
    ['that stands still', 1000, 100_000, 100_000],
    ['that is slow from the beginning', 0, 100, 100_000],
    ['that has stood longer for what it has sent', 5000, 50_000, 100_000],
  ])('one %s makes room for another, the slowest first', async (_what, pause, slow, fast) => {
    site.ledger = ledgerOf(2);
    const slowest = opened('/post/slow', slow);
    const other = opened('/post/other', fast + 1);
    now += pause;
    const third = opened('/post/third');
    expect([slowest.status, other.status, third.status]).toEqual([503, 0, 0]);
    expect(site.cause?.place).not.toBe('max_uploads');
    for (const { intake } of [slowest, other, third]) intake.abort();
  });

  it('one that waits for the disk is not slow', async () => {
    site.ledger = ledgerOf(1);
    site.services = { ...site.services, writer: (fd, owner) => new SlowWriter(fd, owner, {}) };
    const waits = opened('/post/waits', 100);
    now += 10_000;
    expect((await site.send('POST', '/post/more', '', 'x')).status).toBe(503);
    waits.intake.abort();
  });

  it.each([
    [1, 75, 1],
    [2, 75, 1],
    [4, 75, 3],
    [4, 100, 4],
  ])('of %d places one address has, at %d percent, %d', async (places, share, expected) => {
    site.ledger = ledgerOf(places, share);
    const uploads = Array.from({ length: 5 }, (_, index) => opened(`/post/${index}`));
    expect(site.ledger.uploads).toBe(expected);
    expect(uploads.filter(({ status }) => status === 503)).toHaveLength(5 - expected);
    if (expected < places) {
      const other = opened('/post/other', 100_000, 'B');
      expect(other.status).toBe(0);
      other.intake.abort();
    }
    for (const { intake } of uploads) intake.abort();
  });

  it('where an address has its share, it is one of its own that makes room', () => {
    site.ledger = ledgerOf(3, 50);
    const slower = opened('/post/0', 1, 'B');
    const slow = opened('/post/1', 100);
    const fast = opened('/post/2');
    const more = opened('/post/3');
    expect([slower, slow, fast, more].map(({ status }) => status)).toEqual([0, 503, 0, 0]);
    for (const { intake } of [slower, slow, fast, more]) intake.abort();
  });

  it('a name that is taken holds no place', async () => {
    site.ledger = new Ledger(1, 1000);
    site.file('uploads/a', 'there');
    expect((await site.send('POST', '/post/a', '', 'x')).status).toBe(409);
    expect(site.ledger.uploads).toBe(0);
  });
});

describe('bytes that are not whole yet', () => {
  it.each([
    [9, 201],
    [10, 201],
    [11, 503],
  ])('%d of 10, raw', async (size, status) => {
    site.ledger = new Ledger(5, 10);
    const answer = await site.send('POST', '/post/a', '', 'x'.repeat(size), { piece: 3 });
    expect(answer.status).toBe(status);
    if (status === 503) expect([answer.header('Retry-After'), site.cause?.place]).toEqual(['1', 'temp_disk']);
  });

  it.each([
    [['12345', '1234'], 201],
    [['12345', '12345'], 201],
    [['12345', '123456'], 503],
  ])('%j of 10, as a form: all of it or nothing', async (files, status) => {
    site.ledger = new Ledger(5, 10);
    expect((await site.send('POST', '/post/', FORM, form(...files))).status).toBe(status);
  });

  it('of several uploads count together, until they are stored', async () => {
    site.ledger = new Ledger(5, 10);
    const first = opened('/post/a', 7);
    expect((await site.send('POST', '/post/b', '', '1234')).status).toBe(503);
    expect((await site.send('POST', '/post/c', '', '123')).status).toBe(201);
    first.intake.abort();
    expect((await site.send('POST', '/post/d', '', '1234567890')).status).toBe(201);
  });
});
