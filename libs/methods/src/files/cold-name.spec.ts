import type { Action, Application, Mount } from '@webserv/config';
import type { NameCache, NameState } from '../disk/files.ts';
import type { Aim } from '../exchange.ts';
import type { Barred } from '../guard/barred.ts';
import { isAsking } from '../guard/barred.ts';
import { Fixture, type LocationPatch } from '../testing/fixture.ts';
import { coldName } from './cold-name.ts';

/** What the kernel knows of some names, without their root, and a disk that says more when the test lets it. */
class Names implements NameCache {
  readonly states = new Map<string, NameState>();
  readonly questions: string[] = [];
  readonly asked: string[] = [];
  readonly left: string[] = [];
  full = false;
  private done: () => void = () => {};

  knows(root: string, path: string): NameState {
    const name = path.slice(root.length);
    this.questions.push(name);
    return this.states.get(name) ?? 'missing';
  }

  warm(path: string, done: () => void): (() => void) | null {
    if (this.full) return null;
    const name = path.slice(path.indexOf('/www') + '/www'.length);
    this.asked.push(name);
    this.done = done;
    return () => void this.left.push(name);
  }

  /** The disk answers. @param state what the kernel knows then; by default only as much as before */
  say(state?: NameState): void {
    if (state !== undefined) this.states.set(this.asked.at(-1) as string, state);
    this.done();
  }
}

describe('the names that a request waits for', () => {
  let site: Fixture;
  let names: Names;

  beforeEach(() => {
    site = new Fixture();
    names = new Names();
    site.services = { ...site.services, files: { ...site.services.files, names } };
  });

  afterEach(() => site.close());

  function cold(...files: string[]): void {
    for (const file of files) names.states.set(file, 'cold');
  }

  /** Waits for what a request asks for. @returns what was settled so far, and what leaves */
  function waiting(target: string, method = 'GET'): { settled: (Barred | null)[]; leave: () => void } {
    const asking = coldName(site.exchange(method, target));
    if (!isAsking(asking)) throw new Error('it does not wait');
    const settled: (Barred | null)[] = [];
    asking.wait((barred) => settled.push(barred));
    return { settled, leave: () => asking.leave() };
  }

  it.each<[string, NameState | undefined]>([
    ['there', 'there'],
    ['missing', 'missing'],
    ['nothing that the kernel keeps', undefined],
  ])('are asked for once, whatever the disk says (%s)', (_name, state) => {
    cold('/a.txt');
    const { settled } = waiting('/a.txt');
    expect([names.asked, settled]).toEqual([['/a.txt'], []]);
    names.say(state);
    expect([names.asked, settled]).toEqual([['/a.txt'], [null]]);
  });

  it('are the default files up to the first that is there', () => {
    site.location('/', { defaultFiles: ['a.html', 'b.html', 'c.html', 'd.html'] });
    cold('/f/a.html', '/f/b.html', '/f/c.html', '/f/d.html');
    const { settled } = waiting('/f/');
    names.say('missing');
    names.say();
    expect([names.asked, settled]).toEqual([['/f/a.html', '/f/b.html', '/f/c.html'], []]);
    names.say('there');
    expect([names.asked, settled]).toEqual([['/f/a.html', '/f/b.html', '/f/c.html'], [null]]);
  });

  it('are none behind a default file that is there', () => {
    site.location('/', { defaultFiles: ['a.html', 'b.html'] });
    cold('/b.html');
    names.states.set('/a.html', 'there');
    expect(coldName(site.exchange('GET', '/'))).toBeNull();
    expect(names.questions).toEqual(['/a.html']);
  });

  it('are none beside a file that is there', () => {
    site.location('/', { precompressed: ['br'] });
    cold('/a.txt.br');
    names.states.set('/a.txt', 'there');
    expect(coldName(site.exchange('GET', '/a.txt'))).toBeNull();
    expect(names.questions).toEqual(['/a.txt']);
  });

  const application = { kind: 'fastcgi' } as unknown as Application;
  const action: Action = { ext: '.md', program: '/bin/true', methods: [] };
  const program = { kind: 'extension', ext: '.php', interpreter: '/bin/true', application: null } as const;
  it.each<[string, string, string, LocationPatch]>([
    ['is redirected', 'GET', '/a.txt', { redirection: { status: 301, url: '/there', text: null } }],
    ['is given to a script of its location', 'GET', '/a.txt', { mount: {} as Mount }],
    ['is given to an application', 'GET', '/a.txt', { application }],
    ['is given to an action', 'GET', '/a.md', { actions: [action] }],
    ['is posted', 'POST', '/a.txt', { methods: ['POST'], uploadPath: '/uploads' }],
    ['is not allowed', 'DELETE', '/a.txt', {}],
    ['is not allowed for scripts either', 'DELETE', '/a.txt', { cgi: [program] }],
    ['is not allowed for files', 'PATCH', '/a.txt', { methods: ['*'] }],
    ['is hidden', 'GET', '/.a', {}],
    ['asks about the server', 'OPTIONS', '*', { methods: ['*'], cgi: [program] }],
    ['has no root', 'GET', '/a.txt', { root: '' }],
  ])('are none where the request %s', (_name, method, target, patch) => {
    site.location('/', patch);
    expect(coldName(site.exchange(method, target))).toBeNull();
    expect(names.questions).toEqual([]);
  });

  it.each<[string, string, string, LocationPatch]>([
    ['is removed', 'DELETE', '/a.txt', { methods: ['DELETE'] }],
    ['may name a script', 'POST', '/a.txt', { methods: ['POST'], cgi: [program] }],
    ['may name another file', 'GET', '/a.txt', { actions: [action] }],
  ])('are those of its path where it %s', (_name, method, target, patch) => {
    site.location('/', patch);
    cold(target);
    waiting(target, method);
    expect(names.asked).toEqual([target]);
  });

  it('are those of the path that rules have made of its own', () => {
    cold('/b.txt');
    const exchange = site.exchange('GET', '/a.txt');
    const aim: Aim = { path: '/b.txt', query: '', hasQuery: false, fault: null };
    exchange.aim = { ...aim, fault: { status: 400, place: 'rewrite' } };
    expect(coldName(exchange)).toBeNull();
    exchange.aim = aim;
    expect(coldName(exchange)).not.toBeNull();
    expect([names.questions, names.asked]).toEqual([['/b.txt'], ['/b.txt']]);
  });

  it('are taken back with the client, whichever it waits for', () => {
    site.location('/', { defaultFiles: ['a.html', 'b.html'] });
    cold('/a.html', '/b.html');
    waiting('/').leave();
    expect(names.left).toEqual(['/a.html']);
    const { leave, settled } = waiting('/');
    names.say('missing');
    leave();
    expect([names.left, settled]).toEqual([['/a.html', '/b.html'], []]);
  });

  it('are refused where too many wait, at first or later', () => {
    site.location('/', { defaultFiles: ['a.html', 'b.html'] });
    cold('/a.html', '/b.html');
    const { settled } = waiting('/');
    names.full = true;
    const refused = { status: 503, place: 'cold names wait', retryAfter: 1, realm: '' };
    expect(coldName(site.exchange('GET', '/'))).toEqual(refused);
    names.say('missing');
    expect(settled).toEqual([refused]);
  });
});
