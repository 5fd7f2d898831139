import { LogClock } from '../text/log-clock.ts';
import { errorJson, errorText } from './error-line.ts';

const clock = new LogClock({ now: 0 }, () => new Date(2026, 10, 22, 10, 11, 12).getTime());

describe('errorText', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['plain', {}, 'plain'],
    ['words', { path: '/a.html', status: 404, ok: false }, 'words path=/a.html status=404 ok=false'],
    [
      'quoted',
      { a: 'two words', b: '', c: 'k=v', d: '"\\' },
      'quoted a="two words" b="" c="k=v" d="\\"\\\\"',
    ],
    ['nothing', { a: null, b: undefined }, 'nothing a=null'],
    ['any script 한글', { path: '/가/é' }, 'any script 한글 path=/가/é'],
    [
      'forged\n2026 [error] x',
      { a: '\r\n\u001b[2J\u009b' },
      'forged\\n2026 [error] x a="\\x0D\\n\\x1B[2J\\x9B"',
    ],
    [
      'forged client=192.0.2.1 request="GET / HTTP/1.1"',
      { client: '::1' },
      '"forged client=192.0.2.1 request=\\"GET / HTTP/1.1\\"" client=::1',
    ],
    ['client=192.0.2.1', {}, '"client=192.0.2.1"'],
    ['"quoted" by itself', {}, '"\\"quoted\\" by itself"'],
    ['1 = 2, a == b', {}, '1 = 2, a == b'],
    [
      'turned \u202egnp.exe\u2066 and\u2028split\u{e0041}\ud800',
      { a: '\u200bzero', b: '\u061c' },
      'turned \\u202Egnp.exe\\u2066 and\\u2028split\\u{E0041}\\uD800 a="\\u200Bzero" b="\\u061C"',
    ],
    ['a list', { list: [1, 'a b'] }, 'a list list="[1,\\"a b\\"]"'],
    ['100 %s %d', { a: '%s' }, '100 %s %d a=%s'],
  ])('%j with %j', (msg, fields, expected) => {
    expect(errorText(clock, 'warn', { level: 40, msg, ...fields })).toBe(
      `2026/11/22 10:11:12 [warn] ${expected}\n`,
    );
  });

  it('shows an error with its stack, on one line', () => {
    const err = new TypeError('no "such" thing');
    const text = errorText(clock, 'error', { level: 50, msg: 'failed', err });
    expect(text).toMatch(
      /^2026\/11\/22 10:11:12 \[error\] failed err="no \\"such\\" thing" stack="TypeError: no \\"such\\" thing\\n {4}at [^\n]+"\n$/,
    );
  });
});

describe('errorJson', () => {
  const read = (level: string, record: Record<string, unknown>): unknown => {
    const text = errorJson(clock, level, { level: 0, ...record });
    expect(text.indexOf('\n')).toBe(text.length - 1);
    return JSON.parse(text);
  };

  it('is read back by JSON.parse', () => {
    const fields = { path: '/가 "x"\n', status: 404, list: [1], nested: { a: null } };
    expect(read('notice', { msg: 'gone\n', ...fields, none: undefined, time: 'mine' })).toEqual({
      time: clock.iso,
      level: 'notice',
      msg: 'gone\n',
      ...fields,
    });
  });

  it('shows what is not seen', () => {
    const fields = { msg: 'turned \u202e and \u{e0041}\ud800', '\u2066key': '\u200b' };
    const text = errorJson(clock, 'warn', { level: 0, ...fields });
    expect(text).not.toMatch(/\p{Cf}/u);
    expect(text).toContain('\\u202e');
    expect(JSON.parse(text)).toMatchObject(fields);
  });

  it('shows an error by its parts', () => {
    const err = Object.assign(new RangeError('too far'), { code: 'E_FAR' });
    expect(read('error', { msg: 'failed', err })).toEqual({
      time: clock.iso,
      level: 'error',
      msg: 'failed',
      err: { type: 'RangeError', message: 'too far', code: 'E_FAR', stack: err.stack },
    });
  });

  it('survives what is no JSON', () => {
    const round: Record<string, unknown> = {};
    round['self'] = round;
    const expected = { time: clock.iso, level: 'warn', msg: 'odd', round: '[not JSON]', big: '[not JSON]' };
    expect(read('warn', { msg: 'odd', round, big: 1n })).toEqual(expected);
  });
});
