import { DEFAULT_LIMITS, type Limits } from '../limits.ts';
import { FeedStatus, RequestParser } from '../parser.ts';
import { bytesOf } from '../testing/feeding.ts';
import { expectSame, HEAD, LINE, SECTION, said } from '../testing/memo.ts';
import { HeadMemo } from './head-memo.ts';
import { Section } from './section-memo.ts';

/** How often a parser that has the memo found the fields of a head in it. */
function foundOf(memo: HeadMemo, texts: readonly string[], limits: Limits = DEFAULT_LIMITS): number {
  const decided = jest.spyOn(Section.prototype, 'decide');
  try {
    const parser = new RequestParser(limits, false, memo);
    for (const text of texts) said(parser, [bytesOf(text)]);
    return decided.mock.calls.length;
  } finally {
    decided.mockRestore();
  }
}

/** A memo that holds the head. */
function memoOf(...heads: readonly string[]): HeadMemo {
  const memo = new HeadMemo();
  for (const head of heads) expect(foundOf(memo, [head, head, head])).toBe(1);
  return memo;
}

describe('a memo', () => {
  it('is asked from the third time on', () => {
    expect(foundOf(new HeadMemo(), [HEAD, HEAD])).toBe(0);
    expect(foundOf(new HeadMemo(), [HEAD, HEAD, HEAD, HEAD])).toBe(2);
  });

  it('knows a section behind another request line, but no other form, method or version of one', () => {
    const memo = memoOf(HEAD);
    expect(foundOf(memo, [`HEAD /other HTTP/1.1\r\n${SECTION}`, `GET /%41 HTTP/1.2\r\n${SECTION}`])).toBe(2);
    for (const line of [
      'GET /a HTTP/1.0',
      'GET http://b/ HTTP/1.1',
      'CONNECT b:1 HTTP/1.1',
      'OPTIONS * HTTP/1.1',
    ]) {
      expect([line, foundOf(memo, [`${line}\r\n${SECTION}`])]).toEqual([line, 0]);
      expectSame(memo, `${line}\r\n${SECTION}`);
    }
  });

  it('takes no section for one that differs in a byte, be it one that the fingerprint does not see', () => {
    const memo = memoOf(HEAD);
    const parser = new RequestParser(DEFAULT_LIMITS, false, memo);
    for (let at = 0; at < HEAD.length; at++) {
      for (const other of ['y', '\r', '\n', ' ', '\0', '\xe9']) {
        if (HEAD[at] === other) continue;
        expectSame(memo, HEAD.slice(0, at) + other + HEAD.slice(at + 1));
        // What is hit as often as it is missed stays.
        said(parser, [bytesOf(HEAD)]);
      }
    }
    expect(foundOf(memo, [HEAD])).toBe(1);
  });

  it('takes neither a part of a section for the whole nor what is behind it for a part', () => {
    const memo = memoOf(HEAD);
    for (let end = 0; end <= HEAD.length; end++) {
      expectSame(memo, HEAD.slice(0, end));
      expectSame(memo, HEAD, [end]);
      expectSame(memo, `${HEAD}${HEAD.slice(0, end)}`);
    }
    expectSame(memo, `${LINE}${SECTION.slice(0, -2)}X: y\r\n\r\n`);
    expectSame(memo, `${LINE}X: y\r\n${SECTION}`);
    const parser = new RequestParser(DEFAULT_LIMITS, false, memo);
    const bytes = bytesOf(`${HEAD}smuggled`);
    expect(parser.feed(bytes, 0, bytes.length)).toBe(FeedStatus.HEAD);
    expect(parser.consumed).toBe(HEAD.length);
  });

  it('finds the sections of pipelined requests, and of those with a body', () => {
    expect(foundOf(new HeadMemo(), [`${HEAD}abc`, `${HEAD}abc`, `${HEAD}abc`, `${HEAD}abcdef`])).toBe(1);
    const memo = memoOf(HEAD);
    expect(foundOf(memo, [`${HEAD}${HEAD}`, `${HEAD}abc`])).toBe(2);
  });

  it.each([
    ['Cookie: a=b'],
    ['cookie:'],
    ['Authorization: Basic YTpi'],
    ['Proxy-Authorization: Basic YTpi'],
    ['X-Api-Key: 1'],
    ['X-Auth-Token: 1'],
    ['Session-Id: 1'],
  ])('never holds a section with a secret: %s', (line) => {
    const head = `${LINE}Host: a\r\n${line}\r\n\r\n`;
    expect(foundOf(new HeadMemo(), new Array(50).fill(head))).toBe(0);
  });

  it('never holds a section that is refused, too long, or of too many lines', () => {
    const most = 1024 - 'Host: a\r\nX: \r\n\r\n'.length;
    const long = (size: number): string => `${LINE}Host: a\r\nX: ${'x'.repeat(size)}\r\n\r\n`;
    const many = (lines: number): string => `${LINE}Host: a\r\n${'X: y\r\n'.repeat(lines - 1)}\r\n`;
    const count = (head: string): number => foundOf(new HeadMemo(), new Array(5).fill(head));
    expect([count(long(most)), count(long(most + 1))]).toEqual([3, 0]);
    expect([count(many(32)), count(many(33))]).toEqual([3, 0]);
    expect(count(`${LINE}Host: a b\r\n\r\n`)).toBe(0);
  });

  it('is shared by parsers of any limits, each of which keeps its own', () => {
    const memo = memoOf(HEAD);
    const { length } = HEAD;
    const limits = (maxHeader: number, maxHeaders: number): Limits => ({
      maxHeader,
      maxHeaders,
      maxTarget: 100,
    });
    expect(foundOf(memo, [HEAD], limits(length, 5))).toBe(1);
    expect(foundOf(memo, [HEAD], limits(length - 1, 5))).toBe(0);
    expect(foundOf(memo, [HEAD], limits(length, 4))).toBe(0);
    for (const low of [limits(length - 1, 5), limits(length, 4)]) expectSame(memo, HEAD, [], low);
    expectSame(memo, HEAD, [], { ...DEFAULT_LIMITS, maxTarget: '/page.html?a=b'.length - 1 });
  });

  it('leaves nothing in a head that does not come from the bytes of this one', () => {
    const memo = memoOf(HEAD);
    const parser = new RequestParser(DEFAULT_LIMITS, false, memo);
    const fresh = said(new RequestParser(DEFAULT_LIMITS, false, null), [
      bytesOf('GET / HTTP/1.0\r\nX-One: 3\r\n\r\n'),
    ]);
    said(parser, [bytesOf(HEAD)]);
    expect(said(parser, [bytesOf('GET / HTTP/1.0\r\nX-One: 3\r\n\r\n')])).toEqual(fresh);
    expectSame(memo, HEAD);
  });

  it('is not asked for every head while none is known, and is again once one is', () => {
    const memo = memoOf(HEAD);
    const others = Array.from({ length: 500 }, (_, n) => HEAD.replace('One: 2', `One: ${1000 + n}`));
    expect(foundOf(memo, others)).toBe(0);
    expect(foundOf(memo, new Array(8).fill(HEAD))).toBeGreaterThan(0);
    expect(foundOf(memo, new Array(8).fill(HEAD))).toBe(8);
    for (const text of [...others, HEAD]) expectSame(memo, text);
  });
});

describe('a target', () => {
  it.each([
    ['/'],
    ['/a'],
    ['/ab'],
    ['/abc'],
    ['/abcd'],
    ['/?'],
    ['/a?b=c?d'],
    ['/%41/./b//c/..'],
    ['/%C3%A9?%'],
    [`/${'a'.repeat(127)}`],
    [`/${'a'.repeat(128)}`],
  ])('%s is the same when it is known', (target) => {
    const memo = new HeadMemo();
    for (let time = 0; time < 4; time++) {
      for (const version of ['1.1', '1.0', '1.3'])
        expectSame(memo, `GET ${target} HTTP/${version}\r\nHost: a\r\n\r\n`);
    }
    for (let at = 1; at < target.length; at++) {
      const other = `${target.slice(0, at)}x${target.slice(at + 1)}`;
      expectSame(memo, `GET ${other} HTTP/1.1\r\nHost: a\r\n\r\n`);
    }
  });

  it('is not read again where it is known', () => {
    const memo = new HeadMemo();
    const recall = jest.spyOn(memo.targets, 'recall');
    const parser = new RequestParser(DEFAULT_LIMITS, false, memo);
    for (let time = 0; time < 4; time++)
      said(parser, [bytesOf('GET /a HTTP/1.1\r\nHost: a\r\nCookie: b\r\n\r\n')]);
    expect(recall.mock.results.map(({ value }) => value)).toEqual([false, false, true, true]);
    said(parser, [bytesOf('CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n')]);
    expect([recall.mock.calls.length, parser.error?.code]).toEqual([4, 'bad-authority']);
  });

  it('that is refused is never known', () => {
    const memo = new HeadMemo();
    const recall = jest.spyOn(memo.targets, 'recall');
    const parser = new RequestParser(DEFAULT_LIMITS, false, memo);
    for (let time = 0; time < 9; time++) said(parser, [bytesOf('GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n')]);
    expect(recall.mock.results.every(({ value }) => value === false)).toBe(true);
  });
});
