import { chmodSync } from 'node:fs';
import { text } from '@webserv/response';
import { Fixture, type LocationPatch } from './testing/fixture.ts';

let site: Fixture;

beforeEach(() => {
  site = new Fixture();
  site.file('www/a.txt', 'a');
});

afterEach(() => site.close());

const ALL: LocationPatch = { methods: ['GET', 'POST', 'DELETE'] };
const MOVED: LocationPatch = { redirection: { status: 301, url: '/there', text: null } };

describe('rules in their order', () => {
  it.each<[string, LocationPatch, string, string, number]>([
    ['GET', {}, '/a.txt', 'is allowed', 200],
    ['HEAD', {}, '/a.txt', 'is allowed with GET', 200],
    ['POST', {}, '/a.txt', 'is not allowed', 405],
    ['DELETE', {}, '/a.txt', 'is not allowed', 405],
    ['GET', { methods: ['POST'] }, '/a.txt', 'is not allowed', 405],
    ['HEAD', { methods: ['POST'] }, '/a.txt', 'is not allowed without GET', 405],
    ['PUT', ALL, '/a.txt', 'is known elsewhere', 405],
    ['PATCH', ALL, '/a.txt', 'is known elsewhere', 405],
    ['OPTIONS', ALL, '/a.txt', 'is known elsewhere', 405],
    ['OPTIONS', ALL, '*', 'asks about the server', 204],
    ['OPTIONS', MOVED, '*', 'asks about the server, which is not redirected', 204],
    ['TRACE', ALL, '/a.txt', 'is known elsewhere', 405],
    ['PROPFIND', ALL, '/a.txt', 'is known elsewhere', 405],
    ['VERSION-CONTROL', ALL, '/a.txt', 'is known elsewhere', 405],
    ['BREW', ALL, '/a.txt', 'is unknown', 501],
    ['get', ALL, '/a.txt', 'is another method in small letters', 501],
    ['BREW', MOVED, '/a.txt', 'is unknown, redirection or not', 501],
    ['GET', MOVED, '/a.txt', 'is redirected', 301],
    ['DELETE', MOVED, '/a.txt', 'is redirected although it is not allowed', 301],
    ['PUT', MOVED, '/a.txt', 'is redirected although no location allows it', 301],
    ['DELETE', ALL, '/a.txt', 'removes', 204],
    ['POST', ALL, '/a.txt', 'has nowhere to go', 403],
  ])('%s with %j to %s %s: %i', async (method, patch, target, _why, status) => {
    site.location('/', patch);
    const answer = await site.send(method, target);
    expect(answer.status).toBe(status);
    if (status >= 400) expect(site.cause?.place).toMatch(/./);
  });

  it.each([
    [['GET'], 'GET, HEAD'],
    [['POST', 'GET', 'DELETE'], 'POST, GET, HEAD, DELETE'],
    [['DELETE'], 'DELETE'],
  ] as const)('Allow for %j is %s', async (methods, allow) => {
    site.location('/', { methods: [...methods] });
    expect((await site.send('PUT', '/a.txt')).header('Allow')).toBe(allow);
  });
});

it('Allow for the server as a whole is what any location allows', async () => {
  site.location('/', { methods: ['GET'] });
  site.location('/up', { methods: ['POST', 'DELETE'] });
  const answer = await site.send('OPTIONS', '*');
  expect([answer.status, answer.header('Allow')]).toEqual([204, 'GET, HEAD, POST, DELETE, OPTIONS']);
});

describe('scripts', () => {
  function script(patch: LocationPatch = {}): void {
    const path = site.file('www/run.txt', 'source');
    chmodSync(path, 0o755);
    site.location('/', {
      methods: ['GET', 'POST', 'DELETE'],
      cgi: [{ kind: 'script', name: 'run.txt', path }],
      ...patch,
    });
    site.services = {
      ...site.services,
      script: ({ head }, { name }) => text(200, `${head.method} ran ${name}`),
    };
  }

  it.each(['GET', 'HEAD', 'POST', 'DELETE'])('come before %s', async (method) => {
    script();
    expect((await site.send(method, '/run.txt')).text).toBe(`${method} ran /run.txt`);
  });

  it.each(['PUT', 'PROPFIND', 'OPTIONS', 'BREW', 'HEAD'])(
    'take %s where any method is allowed',
    async (method) => {
      script({ methods: ['*'] });
      expect((await site.send(method, '/run.txt')).text).toBe(`${method} ran /run.txt`);
    },
  );

  it.each([
    [['*'], 'TRACE', '/run.txt', 405],
    [['*'], 'CONNECT', 'a:1', 405],
    [['*'], 'DELETE', '/a.txt', 405],
    [['*'], 'POST', '/a.txt', 405],
    [['*', 'DELETE'], 'DELETE', '/a.txt', 204],
    [['*'], 'GET', '/a.txt', 200],
    [['*'], 'PUT', '/a.txt', 405],
    [['*'], 'BREW', '/a.txt', 501],
    [['PUT'], 'GET', '/a.txt', 405],
    [['PUT', 'BREW'], 'BREW', '/a.txt', 501],
  ])('with %j: %s %s is %i', async (methods, method, target, status) => {
    script({ methods });
    expect((await site.send(method, target)).status).toBe(status);
  });

  it('that the URL does not name leave it to the method', async () => {
    script();
    expect((await site.send('GET', '/a.txt')).text).toBe('a');
    expect((await site.send('DELETE', '/a.txt')).status).toBe(204);
  });

  it('come behind what is not allowed, and only where the location has some', async () => {
    script({ methods: ['POST'] });
    expect((await site.send('GET', '/run.txt')).status).toBe(405);
    site.location('/', {});
    expect((await site.send('GET', '/run.txt')).text).toBe('source');
  });
});

describe('redirection', () => {
  it.each([301, 302, 303, 307, 308] as const)('%i', async (status) => {
    site.location('/old', { redirection: { status, url: 'https://example.org/a?b=c', text: null } });
    const answer = await site.send('GET', '/old/x?y');
    expect(answer.status).toBe(status);
    expect(answer.header('Location')).toBe('https://example.org/a?b=c');
    expect(answer.text).toContain('https://example.org/a?b=c');
    const head = await site.send('HEAD', '/old/x?y');
    expect(head.reply.headers.entries()).toEqual(answer.reply.headers.entries());
    expect(head.body).toHaveLength(0);
  });
});

describe('variables of a redirection', () => {
  it.each([
    ['/new$rest', '/old/a%20b/c?x=1', '/new/a%20b/c?x=1'],
    ['/new$rest', '/old', '/new'],
    ['/new$rest', '/old?x', '/new?x'],
    ['/new$rest?y=2', '/old/a?x=1', '/new/a?y=2'],
    ['/$rest', '/old/evil.example', '/evil.example'],
    ['/$rest', '/old//evil.example', '/evil.example'],
    ['/$rest', '/old/%5Cevil.example', '/%5Cevil.example'],
    ['https://example.org$rest', '/old', 'https://example.org'],
    ['https://example.org$rest', '/old/.evil.example', 'https://example.org/.evil.example'],
    ['https://$host$uri?$args', '/old/a?b=c&d', 'https://localhost/old/a?b=c&d'],
    ['https://$host$uri?$args', '/old/a', 'https://localhost/old/a'],
    ['$scheme://$host/', '/old', 'http://localhost/'],
    ['/a?next=$uri&$args', '/old/%26%3D%3F%23%25?e=f', '/a?next=/old/%26%3D%3F%23%25&e=f'],
    ['/a$uri', '/old/%3Fx%23y%25z', '/a/old/%3Fx%23y%25z'],
    ['/a$uri', '/old/%0D%0AX:%201', '/a/old/%0D%0AX:%201'],
    ['/a$uri', '/old/%ED%95%9C', '/a/old/%ED%95%9C'],
  ])('%s of %s', async (url, target, location) => {
    site.location('/old', { redirection: { status: 301, url, text: null } });
    expect((await site.send('GET', target)).header('Location')).toBe(location);
  });
});

describe('return', () => {
  const answering = (status: number, content: string | null): void => {
    site.location('/x', { redirection: { status, url: '', text: content } });
  };

  it.each(['GET', 'POST', 'PUT'])('answers %s with its text', async (method) => {
    answering(200, 'well ✓');
    const answer = await site.send(method, '/x/y');
    expect([answer.status, answer.text]).toEqual([200, 'well ✓']);
    expect(answer.header('Content-Type')).toBe('text/plain; charset=utf-8');
  });

  it('leaves an error without a text to the page of the server', async () => {
    site.errorPages({ 410: site.file('own.html', 'own page') });
    answering(410, null);
    expect((await site.send('GET', '/x')).text).toBe('own page');
    answering(410, 'gone');
    expect((await site.send('GET', '/x')).text).toBe('gone');
    answering(204, null);
    const empty = await site.send('GET', '/x');
    expect([empty.status, empty.text]).toEqual([204, '']);
  });
});

it.each(['/none', '/'])('HEAD of an error has no content: %s', (target) => {
  const outcome = site.dispatch('HEAD', target);
  if (!('body' in outcome)) throw new Error('an intake');
  expect(outcome.status).toBeGreaterThanOrEqual(400);
  expect(outcome.body.kind).toBe('unsent');
});
