import { DEFAULT_LIMITS } from '../limits.ts';
import { FIELD_SECTIONS } from '../testing/field-sections.ts';
import { REQUEST_LINES } from '../testing/request-lines.ts';
import { filled, parsed, printed, said } from '../testing/values.ts';
import { RequestHead } from './head.ts';
import { fillHead, type HeadValues } from './head-values.ts';

type Lines = [name: string, value: string][];

describe('a head from values', () => {
  it('is that of each conformance case that is a whole text', () => {
    const shape = /^([^ \r\n]*) ([^ \r\n]*) HTTP\/1\.([01])\r\n((?:[^:\r\n]*: [^\r\n]*\r\n)*)\r\n$/;
    let cases = 0;
    for (const [name, text] of [...REQUEST_LINES, ...FIELD_SECTIONS]) {
      const [, method = '', target = '', minor, section = ''] = shape.exec(text) ?? [];
      if (minor === undefined) continue;
      const lines = section.split('\r\n').slice(0, -1);
      const fields = lines.map((line) => /^([^:]*): (.*)$/.exec(line)?.slice(1) as [string, string]);
      const values: HeadValues = { method, target, version: minor === '0' ? 10 : 11, fields };
      expect(printed(values)).toBe(text);
      expect([name, filled(values)]).toEqual([name, parsed(values, DEFAULT_LIMITS, false)]);
      cases++;
    }
    expect(cases).toBeGreaterThan(100);
  });

  it.each<[HeadValues, string, number]>([
    [{ method: 'GE T', target: '/' }, 'bad-method', 2],
    [{ method: 'GET\r\nX', target: '/' }, 'bad-method', 3],
    [{ method: '\nGET', target: '/' }, 'bare-lf', 0],
    [{ method: 'GET', target: '/ HTTP/1.1\r\nHost: evil\r\n\r\nGET /' }, 'bad-target', 5],
    [{ method: 'GET', target: '/a\r\nb' }, 'bad-target', 6],
    [{ method: 'GET', target: '/\u0120' }, 'bad-target', 5],
    [{ method: 'GET', target: '/', authority: 'h\r\nX: y' }, 'bare-cr', 23],
    [{ method: 'GET', target: '/', fields: [['a:b', 'c']] }, 'bad-field-name', 17],
    [{ method: 'GET', target: '/', fields: [[':path', '/x']] }, 'empty-field-name', 16],
    [{ method: 'GET', target: '/', fields: [['a\r\nb', 'c']] }, 'missing-colon', 17],
    [{ method: 'GET', target: '/', fields: [['\r\nb', 'c']] }, 'bare-cr', 16],
    [{ method: 'GET', target: '/', fields: [['a', 'b\r\nc: d']] }, 'bare-cr', 20],
    [{ method: 'GET', target: '/', fields: [['a', 'b\nc: d']] }, 'bare-lf', 20],
    [{ method: 'GET', target: '/', fields: [['a', '\u010a']] }, 'bad-field-value', 19],
    [{ method: 'GET', target: '/', fields: [['\u010d', 'a']] }, 'bad-field-name', 16],
  ])('a value of %j cannot end its line', (values, code, at) => {
    expect(filled(values)).toMatchObject({ code, at });
  });

  it('of HTTP/2 has its version, also after an error, and the rules of 1.1', () => {
    const head = new RequestHead();
    const values = { method: 'PUT', target: '/', version: 20, authority: 'h', body: true } as const;
    const fields: Lines = [['expect', '100-continue']];
    expect(fillHead(head, { ...values, fields }, DEFAULT_LIMITS)).toBeNull();
    expect([head.version, head.chunked, head.expectContinue, head.keepAlive]).toEqual([20, true, true, true]);
    expect(fillHead(head, { ...values, authority: 'a b' }, DEFAULT_LIMITS)?.code).toBe('bad-host');
    expect(head.version).toBe(20);
  });

  it('has method and target alone after an error, for the log', () => {
    const head = new RequestHead();
    const values = {
      method: 'PUT',
      target: '/a?b',
      authority: 'h',
      fields: [['content-length', 'x']] as Lines,
    };
    expect(fillHead(head, values, DEFAULT_LIMITS)?.code).toBe('bad-content-length');
    const empty = new RequestHead();
    empty.method = 'PUT';
    empty.target = '/a?b';
    expect(said(head)).toEqual(said(empty));
  });

  it('is as long as the limit allows', () => {
    const fields: Lines = [['x', 'y'.repeat(40_000)]];
    const values = { method: 'GET', target: '/', authority: 'h', fields };
    const size = printed(values).length;
    expect(filled(values)).toMatchObject({ code: 'head-too-large', at: DEFAULT_LIMITS.maxHeader });
    expect(filled(values, { ...DEFAULT_LIMITS, maxHeader: size - 1 })).toMatchObject({ at: size - 1 });
    expect(filled(values, { ...DEFAULT_LIMITS, maxHeader: size })).toMatchObject({
      bytes: size,
      fields: [['Host', 'h'], ...fields],
    });
  });
});

describe('a body that the protocol announces', () => {
  const values = (body: boolean, fields: Lines = []): HeadValues => ({
    method: 'POST',
    target: '/',
    authority: 'h',
    fields,
    body,
  });
  const length = (value: string): Lines => [['content-length', value]];
  const wait: Lines = [['expect', '100-continue']];

  it.each<[string, HeadValues, object]>([
    ['none', values(false), { contentLength: -1, chunked: false, hasBody: false }],
    [
      'none, and its length',
      values(false, length('0')),
      { contentLength: 0, chunked: false, hasBody: false },
    ],
    ['of unknown length', values(true), { contentLength: -1, chunked: true, hasBody: true }],
    ['of known length', values(true, length('7')), { contentLength: 7, chunked: false, hasBody: true }],
    ['that waits', values(true, wait), { expectContinue: true }],
    ['none to wait for', values(false, wait), { expectContinue: false }],
    ['none, with a length', values(false, length('7')), { code: 'bad-content-length', at: 42 }],
    ['of a bad length', values(true, length('+7')), { code: 'bad-content-length', at: 42 }],
    [
      'with a coding',
      values(true, [['transfer-encoding', 'chunked']]),
      { code: 'bad-transfer-encoding', at: 45 },
    ],
  ])('%s', (_, given, expected) => {
    expect(filled(given)).toMatchObject(expected);
  });
});
