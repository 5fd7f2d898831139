import { headOf } from '../testing/heads.ts';
import { redirectedHead } from './local-redirect.ts';

const POST = [
  'POST /a?b HTTP/1.1',
  'Host: Example.org:8080',
  'Content-Length: 3',
  'Content-Type: a/b',
  'Cookie: c=1',
  'Connection: close',
];

describe('the request of a local redirection', () => {
  it('is a GET by the same client, without the body', () => {
    const head = redirectedHead(headOf(POST), '/x/../%79?z=1');
    expect(head).toMatchObject({ method: 'GET', path: '/y', query: 'z=1', host: 'example.org', port: 8080 });
    expect(head?.hasBody).toBe(false);
    expect([...(head?.headers ?? [])]).toEqual([
      ['Host', 'example.org:8080'],
      ['Cookie', 'c=1'],
      ['Connection', 'close'],
    ]);
  });

  it('is a HEAD where the client has sent one', () => {
    expect(redirectedHead(headOf(['HEAD / HTTP/1.1', 'Host: a']), '/x')?.method).toBe('HEAD');
  });

  it.each([[['GET / HTTP/1.0']], [['GET http://b/ HTTP/1.1', 'Host: b']]])(
    'keeps version and host of %j',
    (lines) => {
      const before = headOf(lines);
      expect(redirectedHead(before, '/x')).toMatchObject({
        version: before.version,
        host: before.host,
        path: '/x',
      });
    },
  );

  it.each(['/a b', '/../x', '/%zz', '/\xe9', `/${'x'.repeat(9000)}`])('is none for %j', (target) => {
    expect(redirectedHead(headOf(POST), target)).toBeNull();
  });

  it('cannot smuggle a second request', () => {
    expect(redirectedHead(headOf(POST), '/ HTTP/1.1\r\nHost: evil\r\n\r\nGET /')).toBeNull();
  });
});
