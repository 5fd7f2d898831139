import { Fixture, type LocationPatch } from '../testing/fixture.ts';
import { storedUrl } from './receipt.ts';

const FOLDER = '/srv/uploads';

/** The URL of `name` on a server with these locations beside `/`. */
function urlOf(locations: Readonly<Record<string, LocationPatch>>, name = 'a.txt'): string | null {
  const site = new Fixture();
  try {
    for (const [prefix, patch] of Object.entries(locations)) site.location(prefix, patch);
    return storedUrl(site.server, FOLDER, name);
  } finally {
    site.close();
  }
}

it.each<[string, Readonly<Record<string, LocationPatch>>, string | null]>([
  ['no location gives it out', {}, null],
  ['the folder is a root', { '/d': { root: FOLDER } }, '/d/a.txt'],
  ['the folder lies below a root', { '/d': { root: '/srv' } }, '/d/uploads/a.txt'],
  ['the root is the root of all', { '/d': { root: '/' } }, '/d/srv/uploads/a.txt'],
  ['a root only begins alike', { '/d': { root: '/srv/up' } }, null],
  ['the location is /', { '/': { root: FOLDER } }, '/a.txt'],
  ['GET is not allowed', { '/d': { root: FOLDER, methods: ['POST'] } }, null],
  ['it is redirected', { '/d': { root: FOLDER, redirection: { status: 301, url: '/x', text: null } } }, null],
  [
    'scripts would run',
    {
      '/d': {
        root: FOLDER,
        cgi: [{ kind: 'extension', ext: '.php', interpreter: '/bin/sh', application: null }],
      },
    },
    null,
  ],
  ['a nearer location takes the URL', { '/d': { root: FOLDER }, '/d/a.txt': { methods: ['POST'] } }, null],
  ['a neighbour does not', { '/d': { root: FOLDER }, '/d/a': { methods: ['POST'] } }, '/d/a.txt'],
  [
    'fewer methods are plainer',
    { '/x': { root: FOLDER, methods: ['GET', 'DELETE'] }, '/d': { root: FOLDER } },
    '/d/a.txt',
  ],
  ['no listing is plainer', { '/x': { root: FOLDER, autoIndex: 'on' }, '/d': { root: FOLDER } }, '/d/a.txt'],
  ['the first of those that are alike', { '/x': { root: FOLDER }, '/d': { root: FOLDER } }, '/x/a.txt'],
  ['the way is hidden', { '/d': { root: '/srv' }, '/.d': { root: FOLDER } }, '/d/uploads/a.txt'],
])('%s', (_label, locations, url) => {
  expect(urlOf(locations)).toBe(url);
});

it('encodes names', () => {
  expect(urlOf({ '/d e': { root: FOLDER } }, 'é%?#".txt')).toBe('/d%20e/%C3%A9%25%3F%23%22.txt');
});
