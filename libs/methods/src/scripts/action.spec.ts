import { chmodSync } from 'node:fs';
import type { Action } from '@webserv/config';
import { Reply } from '@webserv/response';
import { Fixture, type LocationPatch } from '../testing/fixture.ts';
import type { Script } from './script.ts';

let site: Fixture;
let ran: Script | null;
let program: string;

beforeEach(() => {
  site = new Fixture();
  site.services = {
    ...site.services,
    script: (_exchange, script) => {
      ran = script;
      return new Reply(200);
    },
  };
  program = site.file('bin/program');
  chmodSync(program, 0o755);
  site.file('www/there.bla', 'content');
  location([{ ext: '.bla', program, methods: ['POST'] }]);
});

afterEach(() => site.close());

function location(actions: readonly Action[], patch: LocationPatch = {}): void {
  site.location('/', { methods: ['GET'], actions, ...patch });
}

/** The path that the program gets, or the status and Allow. */
async function asked(method: string, target: string): Promise<string | [number, string | undefined]> {
  ran = null;
  const { status, header } = await site.send(method, target);
  return ran === null ? [status, header('Allow')] : (ran as Script).pathInfo;
}

describe('an action', () => {
  it('gives a URL to its program, whether a file lies there or not', async () => {
    expect(await asked('POST', '/there.bla?a=b')).toBe('/there.bla');
    expect(await asked('POST', '/none/of%20these.BLA')).toBe('/none/of these.BLA');
    expect(ran).toEqual({
      name: '',
      pathInfo: '/none/of these.BLA',
      file: program,
      interpreter: '',
      application: null,
    });
  });

  it.each([
    ['GET', '/there.bla', [200, undefined]],
    ['HEAD', '/there.bla', [200, undefined]],
    ['GET', '/none.bla', [404, undefined]],
    ['POST', '/there.bla/more', [405, 'GET, HEAD']],
    ['POST', '/there.blaa', [405, 'GET, HEAD']],
    ['DELETE', '/there.bla', [405, 'GET, HEAD, POST']],
    ['POST', '/.bla', [404, undefined]],
    ['POST', '/.git/a.bla', [404, undefined]],
    ['POST', '/a%0Ab.bla', [404, undefined]],
  ])('leaves %s %s to the rules of files: %j', async (method, target, seen) => {
    expect(await asked(method, target)).toEqual(seen);
  });

  it('without methods takes those of its location, HEAD with GET', async () => {
    location([{ ext: '.bla', program, methods: [] }], { methods: ['GET', 'DELETE'] });
    for (const method of ['GET', 'HEAD', 'DELETE']) expect(await asked(method, '/x.bla')).toBe('/x.bla');
    expect(await asked('POST', '/x.bla')).toEqual([405, 'GET, HEAD, DELETE']);
  });

  it('is none where it is taken away', async () => {
    location([{ ext: '.bla', program: null, methods: [] }]);
    expect(await asked('POST', '/there.bla')).toEqual([405, 'GET, HEAD']);
  });

  it('comes before the scripts of its location', async () => {
    const cgi = [{ kind: 'extension', ext: '.bla', interpreter: '/bin/sh', application: null }] as const;
    location([{ ext: '.bla', program, methods: ['POST'] }], { methods: ['GET', 'POST'], cgi });
    expect(await asked('POST', '/there.bla')).toBe('/there.bla');
    expect(await asked('GET', '/there.bla')).toBe('');
  });

  it('runs no program that lies where clients store files, or that may not be run', async () => {
    site.location('/put', { methods: ['PUT'], root: site.folder, putRoot: site.folder });
    expect(await asked('POST', '/there.bla')).toEqual([403, undefined]);
    location([{ ext: '.bla', program, methods: ['POST'] }], { cgiUploads: true });
    expect(await asked('POST', '/there.bla')).toBe('/there.bla');
    chmodSync(program, 0o644);
    expect(await asked('POST', '/there.bla')).toEqual([403, undefined]);
  });

  it('answers a preflight with its methods', async () => {
    const fields = { headers: [], withheld: new Set<string>(), expires: 'off', cors: ['*'], presets: [] };
    location([{ ext: '.bla', program, methods: ['POST'] }], { fields } as unknown as LocationPatch);
    const asking = 'Origin: https://a\r\nAccess-Control-Request-Method: POST\r\n';
    const { header } = await site.send('OPTIONS', '/x.bla', asking);
    expect(header('Access-Control-Allow-Methods')).toBe('GET, HEAD, POST');
  });
});

describe('head off', () => {
  it.each([
    [['GET'], 'GET'],
    [['*'], undefined],
  ])('refuses HEAD with method %j', async (methods, allow) => {
    location([], { methods, head: false });
    const { status, header } = await site.send('HEAD', '/there.bla');
    expect([status, header('Allow')?.includes('HEAD')]).toEqual([405, false]);
    if (allow !== undefined) expect(header('Allow')).toBe(allow);
    expect((await site.send('GET', '/there.bla')).status).toBe(200);
  });

  it('leaves HEAD to scripts if method names it', async () => {
    location([], { methods: ['GET', 'HEAD'], head: false });
    expect((await site.send('HEAD', '/there.bla')).status).toBe(200);
  });
});
