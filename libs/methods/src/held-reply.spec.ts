import { HeldReply } from './held-reply.ts';
import { deliver, Fixture } from './testing/fixture.ts';

const CHUNKED = 'Transfer-Encoding: chunked\r\n';

describe('an answer that waits for a body nobody wants', () => {
  let site: Fixture;

  beforeEach(() => {
    site = new Fixture();
    site.file('www/a.txt', 'a');
  });

  afterEach(() => site.close());

  it.each([
    ['GET', '/a.txt', CHUNKED, true],
    ['HEAD', '/a.txt', CHUNKED, true],
    ['OPTIONS', '*', CHUNKED, true],
    ['GET', '/a.txt', '', false],
    ['GET', '/a.txt', 'Content-Length: 5\r\n', false],
    ['GET', '/a.txt', `${CHUNKED}Expect: 100-continue\r\n`, false],
    ['GET', '/missing', CHUNKED, false],
    ['POST', '/a.txt', CHUNKED, false],
  ])('%s %s with %j: %s', async (method, target, fields, held) => {
    const outcome = site.dispatch(method, target, fields);
    expect(outcome instanceof HeldReply).toBe(held);
    if ('take' in outcome) outcome.abort();
    else outcome.release();
  });

  it('comes at the end of the body, and only then', async () => {
    const answer = await site.send('GET', '/a.txt', CHUNKED, 'x'.repeat(1000), { piece: 100 });
    expect([answer.status, answer.text]).toEqual([200, 'a']);
  });

  it.each([
    [65_536, true],
    [65_537, false],
  ])('of %i bytes comes at the end: %s', async (size, atEnd) => {
    const outcome = site.dispatch('GET', '/a.txt', CHUNKED) as HeldReply;
    let replies = 0;
    outcome.open({
      reply: (reply) => {
        replies++;
        reply.release();
      },
      resume: () => {},
    });
    expect(outcome.take(Buffer.alloc(size), 0, size)).toBe(true);
    expect(replies).toBe(atEnd ? 0 : 1);
    outcome.finish();
    expect(replies).toBe(1);
  });

  it('lets its file go where the body breaks off', async () => {
    const outcome = site.dispatch('GET', '/a.txt', CHUNKED) as HeldReply;
    const { files } = site.services;
    const closed: number[] = [];
    const close = files.close.bind(files);
    files.close = (fd) => {
      closed.push(fd);
      close(fd);
    };
    await expect(deliver(outcome, Buffer.from('x'), { abort: true })).rejects.toThrow('aborted');
    files.close = close;
    expect(closed).toHaveLength(1);
  });
});
