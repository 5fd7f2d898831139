import type { Intake } from './intake.ts';
import { Ledger } from './ledger.ts';
import { Fixture } from './testing/fixture.ts';

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

function opened(target: string): Intake {
  const intake = site.dispatch('POST', target) as Intake;
  intake.open({ reply: (reply) => reply.release(), resume: () => {} });
  return intake;
}

describe('uploads at once', () => {
  it.each([
    ['one under the bound', 1, 201],
    ['at the bound', 2, 503],
  ])('%s', async (_name, under, status) => {
    site.ledger = new Ledger(2, 1000);
    const busy = Array.from({ length: under }, (_, index) => opened(`/post/${index}`));
    const answer = await site.send('POST', '/post/more', '', 'x');
    expect(answer.status).toBe(status);
    expect(answer.header('Retry-After')).toBe(status === 503 ? '1' : undefined);
    if (status === 503) expect(site.exchange?.place).toBe('max_uploads');
    for (const intake of busy) intake.abort();
    expect((await site.send('POST', '/post/later', '', 'x')).status).toBe(201);
  });

  it('a form is one upload, whatever it holds', async () => {
    site.ledger = new Ledger(1, 1000);
    expect((await site.send('POST', '/post/', FORM, form('a', 'b', 'c'))).status).toBe(201);
    const busy = opened('/post/busy');
    const answer = await site.send('POST', '/post/', FORM, form('a'));
    expect([answer.status, site.exchange?.place]).toEqual([503, 'max_uploads']);
    busy.abort();
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
    if (status === 503)
      expect([answer.header('Retry-After'), site.exchange?.place]).toEqual(['1', 'temp_disk']);
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
    const first = opened('/post/a');
    first.take(Buffer.from('1234567'), 0, 7);
    expect((await site.send('POST', '/post/b', '', '1234')).status).toBe(503);
    expect((await site.send('POST', '/post/c', '', '123')).status).toBe(201);
    first.abort();
    expect((await site.send('POST', '/post/d', '', '1234567890')).status).toBe(201);
  });
});
